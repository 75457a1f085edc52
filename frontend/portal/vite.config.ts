import { defineConfig } from "vitest/config";

/**
 * Small scripts, one a build (`--mode`), so that each is a single file: `portal` for the portal's pages, `demo` for the
 * demonstration's page, `demo-frame` for the portal inside the demonstration, `strength` with the word lists that judge a new password, fetched when one is typed.
 */
export default defineConfig(({ mode }) => ({
  publicDir: false,
  build: {
    outDir: "../../src/watchword/web/static/portal",
    emptyOutDir: mode === "portal",
    target: "es2019",
    modulePreload: false,
    sourcemap: false,
    rollupOptions: {
      input: { [mode]: `src/${mode}.ts` },
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "[name].js", format: "es" },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
}));
