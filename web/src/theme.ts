/** Mantine's theme from the tokens in tokens.css: colours are CSS variables, so light and dark share one map. */

import type { CSSVariablesResolver } from "@mantine/core";
import { createTheme, defaultVariantColorsResolver } from "@mantine/core";

const CLOSE = { "aria-label": "Close" };

export const theme = createTheme({
  primaryColor: "ink",
  primaryShade: { light: 7, dark: 3 },
  black: "#15201a",
  respectReducedMotion: true,
  defaultRadius: "sm",
  colors: {
    ink: ["#eef2fb", "#e4ebf8", "#c5d5f8", "#9db9f7", "#7396e8", "#4f76d2", "#305bb5", "#1f4496", "#183677", "#0f2452"],
    gray: [
      "#eef4ec",
      "#e9eee8",
      "#e1e8e1",
      "#dae2da",
      "#c3cdc5",
      "#7f8c84",
      "#5c6962",
      "#45524b",
      "#2a352e",
      "#15201a",
    ],
    dark: [
      "#e9efea",
      "#b7c3bb",
      "#91a097",
      "#6c7a71",
      "#2a352e",
      "#222c26",
      "#151c18",
      "#0e1411",
      "#0a0f0c",
      "#070b09",
    ],
  },
  fontFamily: "var(--sans)",
  fontFamilyMonospace: "var(--mono)",
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "22px" }, h2: { fontSize: "14px" } } },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "17px", xl: "22px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "4px", sm: "6px", md: "10px" },
  shadows: { md: "var(--shadow-over)" },
  variantColorResolver: (input) =>
    input.variant === "filled" && (!input.color || input.color === "ink")
      ? {
          background: "var(--accent)",
          hover: "var(--accent-hover)",
          color: "var(--on-accent)",
          border: "1px solid transparent",
        }
      : input.variant === "filled" && input.color === "red"
        ? {
            background: "var(--failed)",
            hover: "color-mix(in srgb, var(--failed) 86%, var(--ink))",
            color: "var(--surface)",
            border: "1px solid transparent",
          }
        : defaultVariantColorsResolver(input),
  components: {
    Button: {
      defaultProps: { size: "xs", variant: "default" },
      vars: (_: unknown, { size }: { size?: string | number }) => ({
        root: size === "xs" ? { "--button-fz": "13px" } : {},
      }),
    },
    Autocomplete: { defaultProps: { openOnFocus: false } },
    Table: {
      defaultProps: { striped: "even", stripedColor: "var(--bar)", borderColor: "var(--line)", withRowBorders: false },
    },
    Badge: { defaultProps: { radius: "xs", variant: "light", tt: "none" } },
    Card: { defaultProps: { withBorder: true, radius: "md" } },
    Checkbox: { defaultProps: { iconColor: "var(--on-accent)" } },
    Kbd: { styles: { root: { fontFamily: "var(--sans)" } } },
    Modal: { defaultProps: { centered: true, radius: "md", shadow: "md", closeButtonProps: CLOSE } },
    Drawer: { defaultProps: { shadow: "md", closeButtonProps: CLOSE } },
    Notification: { defaultProps: { closeButtonProps: CLOSE } },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
});

const shared = {
  "--mantine-color-body": "var(--paper)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-bright": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink3)",
  "--mantine-color-placeholder": "var(--ink3)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-default": "var(--surface)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-color-disabled": "var(--sunken)",
  "--mantine-color-disabled-color": "var(--ink3)",
  "--mantine-color-disabled-border": "var(--line)",
  "--mantine-color-error": "var(--failed)",
  "--mantine-color-success": "var(--done)",
};

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
