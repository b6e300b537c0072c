/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The built page lies inside the Python package; `npm run dev` speaks to a server started by `cofounder up`.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../cofounder/_web",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the page's content security policy allows no inline data but images
    reportCompressedSize: false,
  },
  server: {
    proxy: { "/api": { target: "http://127.0.0.1:8000", changeOrigin: true } },
  },
  // a loaded machine draws slowly: no test fails for that
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], testTimeout: 60_000 },
});
