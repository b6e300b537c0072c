/** What a person does with accounts of channels, and the words of the steps before. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";

export type Channel = Schemas["ChannelOut"];
export type Account = Schemas["ChannelAccountOut"];
export type Provider = Schemas["ProviderOut"];
export type Way = Provider["ways"][number];

/** One act at a time; what the server said no with stays until the next. */
export function useChannelActs() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const act = async <T>(name: string, call: () => Promise<T>): Promise<T | undefined> => {
    if (busy) return undefined;
    setBusy(name);
    setProblem(null);
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return undefined;
    } finally {
      setBusy(null);
      void queries.invalidateQueries({ queryKey: ["channels"] });
      void queries.invalidateQueries({ queryKey: ["system"] });
    }
  };
  const path = (id: string) => ({ params: { path: { account_id: id } } });
  return {
    busy,
    problem,
    forget: () => setProblem(null),
    connect: (body: Schemas["AccountIn"]) => act("connect", () => ask(client.POST("/api/channels/accounts", { body }))),
    signIn: (body: Schemas["SignInIn"]) => act("sign in", () => ask(client.POST("/api/channels/sign-in", { body }))),
    choose: (id: string, external_id: string) =>
      act("choose", () =>
        ask(client.POST("/api/channels/accounts/{account_id}/choose", { ...path(id), body: { external_id } })),
      ),
    check: (id: string) =>
      act(`check ${id}`, () => ask(client.POST("/api/channels/accounts/{account_id}/check", path(id)))),
    makeDefault: (id: string) =>
      act(`default ${id}`, () => ask(client.POST("/api/channels/accounts/{account_id}/default", path(id)))),
    leaveDefault: (id: string) =>
      act(`default ${id}`, () => ask(client.DELETE("/api/channels/accounts/{account_id}/default", path(id)))),
    disconnect: (id: string) =>
      act("disconnect", () => ask(client.DELETE("/api/channels/accounts/{account_id}", path(id)))),
  };
}

export const WAYS: Record<Way, string> = {
  sign_in: "Sign in",
  token: "Paste a token",
  password: "Application password",
  admin_key: "Admin key",
  address: "Address",
  mail_server: "Mail server",
};

/** Where what is asked for comes from, in plain steps. */
export const STEPS: Record<string, string[]> = {
  "linkedin sign_in": [
    "At linkedin.com/developers make an app for your company's page, once.",
    "Under Products add “Share on LinkedIn” and “Sign In with LinkedIn using OpenID Connect”; for a page's posts “Community Management API”.",
    "Under Auth add the redirect address below, and copy Client ID and Client Secret from there.",
  ],
  "linkedin token": ["At linkedin.com/developers, Token generator, make a token for your app and copy it."],
  "x sign_in": [
    "At developer.x.com make a project and an app, once.",
    "Under User authentication settings choose Read and write, Web app, and add the redirect address below.",
    "Copy the OAuth 2.0 Client ID and Client Secret from Keys and tokens.",
  ],
  "x token": ["Bring an OAuth 2.0 user token. It lasts two hours: a sign-in is renewed by itself."],
  "facebook sign_in": [
    "At developers.facebook.com make an app of the type Business, once.",
    "Add Facebook Login and, under Valid OAuth Redirect URIs, the redirect address below.",
    "Copy App ID and App secret from App settings, Basic.",
  ],
  "facebook token": ["In the Graph API Explorer make a token with the permissions below, for a user or a page."],
  "wordpress password": [
    "In WordPress open Users, Profile, Application Passwords, of somebody who may publish posts.",
    "Name it Cofounder, press Add, and copy the password: it is shown once.",
  ],
  "ghost admin_key": ["In Ghost open Settings, Integrations, Add custom integration, and copy the Admin API key."],
  "webhook address": [
    "Name an https address of your own. Each text is posted there as JSON, signed with a key that you get here, once.",
  ],
  "smtp mail_server": [
    "Take server, port, user and password from your mail provider's help on SMTP; many want a password made for this alone.",
    "The server is asked whether it takes messages from the sender for every recipient. Nothing is sent.",
  ],
};
