import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { defineConfig } from "vite";

const OUT = resolve(import.meta.dirname, "../../src/watchword/web/static/key");

/** Read by the system when the app is installed or a notification comes, never by the app itself. */
const SYSTEM = /^(sw\.js|.*\.png)$/;

/**
 * Kept once they were used, not before: the scripts that read and draw QR codes (scanning needs a network anyway, and most phones
 * bring a reader) and plain Argon2 (only where WebAssembly is off). Activation needs a network and uses what it will need.
 */
const ON_USE = /^\/assets\/(decode|argon2|qr)[^/]*\.js$/;

/** Every file of the app, as the addresses the worker keeps for offline use; the page itself stands for `/`, `/a`, `/l` and `/t`. */
function shell(): string[] {
  return readdirSync(OUT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !SYSTEM.test(entry.name))
    .map((entry) => "/" + relative(OUT, join(entry.parentPath, entry.name)))
    .map((path) => (path === "/index.html" ? "/" : path))
    .sort();
}

/** The version is the content: the same files give the same worker, so nothing updates without a reason. */
function version(files: string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(join(OUT, file === "/" ? "index.html" : file)));
  return hash.digest("hex").slice(0, 16);
}

const files = shell();

export default defineConfig({
  publicDir: false,
  define: {
    __FILES__: JSON.stringify(files.filter((file) => !ON_USE.test(file))),
    __ON_USE__: JSON.stringify(files.filter((file) => ON_USE.test(file))),
    __VERSION__: JSON.stringify(version(files)),
  },
  build: {
    outDir: OUT,
    emptyOutDir: false,
    target: "es2019",
    sourcemap: false,
    lib: { entry: "src/worker/sw.ts", formats: ["iife"], name: "watchwordKeyWorker", fileName: () => "sw.js" },
  },
});
