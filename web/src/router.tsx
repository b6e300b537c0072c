/** Every address of the page. A page is loaded when it is first opened. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { whenServed } from "./api/client";
import { Broken } from "./pages/Broken";
import { Home } from "./pages/Home";
import { Missing } from "./pages/Missing";
import { Loading } from "./parts/Rest";
import { Gate } from "./shell/Gate";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Gate, notFoundComponent: Missing });
const at = <Path extends string>(path: Path) => ({ getParentRoute: () => root, path });

/** Filters and the like live in the address: text values only, empty ones left out. */
const words = (search: Record<string, unknown>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(search).map(([name, value]) => [name, value == null ? undefined : String(value)]));

const tree = root.addChildren([
  createRoute({ ...at("/"), component: Home }),
  createRoute({
    ...at("/chat/{-$id}"),
    component: lazyRouteComponent(() => whenServed(import("./stages/request/Chat")), "Chat"),
  }),
  createRoute({
    ...at("/orchestrator"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./stages/run/Tasks")), "Tasks"),
  }),
  createRoute({
    ...at("/orchestrator/tasks/$id"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./stages/run/Task")), "Task"),
  }),
  createRoute({
    ...at("/orchestrator/approvals"),
    component: lazyRouteComponent(() => whenServed(import("./stages/approve/Approvals")), "Approvals"),
  }),
  createRoute({
    ...at("/orchestrator/approvals/$id"),
    component: lazyRouteComponent(() => whenServed(import("./stages/approve/Approval")), "Approval"),
  }),
  createRoute({
    ...at("/queue"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./stages/run/Queue")), "Queue"),
  }),
  createRoute({
    ...at("/content"),
    validateSearch: words,
    beforeLoad: ({ search }) => {
      if (search.id) throw redirect({ to: "/content/$id", params: { id: search.id }, replace: true });
    },
    component: lazyRouteComponent(() => whenServed(import("./stages/publish/Content")), "Content"),
  }),
  createRoute({
    ...at("/content/$id"),
    component: lazyRouteComponent(() => whenServed(import("./stages/publish/Publication")), "Publication"),
  }),
  createRoute({
    ...at("/business"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./stages/business/Business")), "Business"),
  }),
  createRoute({
    ...at("/learning"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./stages/learn/Learning")), "Learning"),
  }),
  createRoute({
    ...at("/training"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./stages/train/Data")), "Data"),
  }),
  createRoute({
    ...at("/training/datasets"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./stages/train/Datasets")), "Datasets"),
  }),
  createRoute({
    ...at("/training/fine-tuning"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./stages/train/jobs/FineTuning")), "FineTuning"),
  }),
  createRoute({
    ...at("/training/models"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./stages/train/models/Models")), "Models"),
  }),
  createRoute({
    ...at("/personas"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./stages/personas/Personas")), "Personas"),
  }),
  createRoute({
    ...at("/settings"),
    validateSearch: words,
    component: lazyRouteComponent(() => whenServed(import("./pages/Settings")), "Settings"),
  }),
  createRoute({
    ...at("/system"),
    component: lazyRouteComponent(() => whenServed(import("./pages/System")), "System"),
  }),
]);

export const makeRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultPendingMs: 600,
    defaultPendingComponent: Loading,
    defaultErrorComponent: Broken,
  });
