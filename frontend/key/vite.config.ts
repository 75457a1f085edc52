import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8")) as { version: string };

/**
 * The app itself. Syntax is held to what iOS 13 and the browsers of Android 7 run; newer platform interfaces are asked for
 * at run time and have a way on where they are missing. The service worker has a build of its own (vite.worker.config.ts),
 * because it must be one classic script and needs the list of files this build wrote.
 */
export default defineConfig({
  base: "/",
  plugins: [
    {
      // The operator's colours, made by the server: behind the app's own styles, which the build puts at the end of the head. The
      // body is no place for them, because every screen replaces all of it.
      name: "brand",
      transformIndexHtml: {
        order: "post",
        handler: () => [{ tag: "link", attrs: { rel: "stylesheet", href: "/brand.css" }, injectTo: "head" }],
      },
    },
  ],
  define: { __APP_VERSION__: JSON.stringify(version) },
  build: {
    outDir: "../../src/watchword/web/static/key",
    emptyOutDir: true,
    target: "es2019",
    cssTarget: ["safari13", "chrome70"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    sourcemap: false,
    rollupOptions: { input: "index.html" },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node", testTimeout: 20_000 },
});
