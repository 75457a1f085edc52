/** Prints what the app weighs compressed until it works offline, and fails above the limit of 100 kB. */
import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const LIMIT = 100_000;
const OUT = resolve(import.meta.dirname, "../../../src/watchword/web/static/key");

const worker = readFileSync(join(OUT, "sw.js"), "utf8");
const lists = [...worker.matchAll(/\[((?:[`"']\/[^`"']*[`"'],?)+)\]/g)].map((match) =>
  [...match[1].matchAll(/[`"'](\/[^`"']*)[`"']/g)].map((one) => one[1]),
);
const weigh = (file) => gzipSync(readFileSync(join(OUT, file === "/" ? "index.html" : file)), { level: 9 }).length;
const sum = (files) => files.reduce((total, file) => total + weigh(file), 0);

const kept = lists.find((list) => list.includes("/icon.svg") && !list.some((file) => file.includes("argon2")));
const onUse = lists.find((list) => list.some((file) => file.includes("argon2")) && !list.includes("/icon.svg")) ?? [];
const total = sum(kept) + weigh("sw.js");
for (const file of [...kept, "sw.js"]) console.log(String(weigh(file)).padStart(8), file);
console.log(String(total).padStart(8), "until it works offline");
for (const file of onUse) console.log(String(weigh(file)).padStart(8), file, "(kept on first use)");
console.log(String(total + sum(onUse)).padStart(8), "with everything");
process.exit(total <= LIMIT ? 0 : 1);
