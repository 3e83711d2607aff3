// Pictures of every screen of the built pages, against fixture views: `npm run shots -w @countersign/tablet -- [options]`.
//   --size 1366x1024,360x640   windows      --text 100,200   text sizes     --lang en,es
//   --only check,attest        screens      --out shots      folder
// Every picture is also looked over: a key that is not whole, text that its box cuts off.
import { mkdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { runnerImport } from "vite";

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "1366x1024" },
    text: { type: "string", default: "100" },
    lang: { type: "string", default: "en" },
    only: { type: "string", default: "" },
    out: { type: "string", default: "shots" },
    quiet: { type: "boolean", default: false },
    contrast: { type: "boolean", default: false },
  },
});
const root = new URL("..", import.meta.url).pathname;
const dist = join(root, "dist");
const { module: fixtures } = await runnerImport(join(root, "test/scenes.ts"));
const { module: views } = await runnerImport(join(root, "test/fixture_views.ts"));
const { module: tablets } = await runnerImport(join(root, "test/fixture_tablet.ts"));
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2" };

let tablet;
let problem;
const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://host").pathname;
  if (path === "/rpc") {
    let body = "";
    for await (const part of request) body += part;
    const reply = problem ? { problem } : await tablet.call(JSON.parse(body));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
  } else if (path === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
  } else {
    const file = path === "/" ? "/index.html" : path;
    const bytes = await readFile(join(dist, file)).catch(() => null);
    if (bytes === null) response.writeHead(404).end();
    else
      response
        .writeHead(200, {
          "content-type": types[extname(file)] ?? "application/octet-stream",
          "content-security-policy": "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'",
        })
        .end(bytes);
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}/`;

const profile = join(tmpdir(), `shots-${process.pid}`);
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const out = join(root, values.out);
await mkdir(out, { recursive: true });

/** Runs in the page. */
function lookOver() {
  const faults = [];
  for (const key of document.querySelectorAll("[data-key]")) {
    const box = key.getBoundingClientRect();
    if (box.width < 43.9 || box.height < 43.9) faults.push(`${key.dataset.key} is ${box.width.toFixed(1)} x ${box.height.toFixed(1)}`);
    const points = [[0.5, 0.5], [0.15, 0.15], [0.85, 0.15], [0.15, 0.85], [0.85, 0.85]];
    for (const [x, y] of points) {
      const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
      if (hit?.closest("[data-key]") !== key) faults.push(`${key.dataset.key} is covered or outside`);
    }
    const face = key.querySelector(".face, .mark").getBoundingClientRect();
    if (face.width > box.width || face.height > box.height) faults.push(`${key.dataset.key}: its word is cut`);
  }
  for (const element of document.querySelectorAll("main *")) {
    const style = getComputedStyle(element);
    if (element.closest(".said, svg") || style.display === "inline" || style.overflowX === "auto") continue;
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
      faults.push(`${element.tagName}.${element.className}: ${element.scrollWidth} in ${element.clientWidth} "${element.textContent.slice(0, 40)}"`);
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");
  if (!document.querySelector("main")) faults.push("no screen");
  const least = [...document.querySelectorAll("main *")].filter((e) => e.childNodes.length && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && !e.closest(".said") && parseFloat(getComputedStyle(e).fontSize) < 14).map((e) => `${e.className} ${getComputedStyle(e).fontSize}`);
  for (const small of new Set(least)) faults.push(`small text: ${small}`);
  return [...new Set(faults)];
}

let bad = 0;
for (const size of values.size.split(",")) {
  const [width, height] = size.split("x").map(Number);
  const page = await browser.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  await page.setViewportSize({ width, height });
  for (const text of values.text.split(",")) {
    for (const lang of values.lang.split(",")) {
      for (const scene of fixtures.scenes) {
        if (values.only !== "" && !values.only.split(",").includes(scene.name)) continue;
        tablet = new tablets.FixtureTablet({ ...scene.view, textScale: Number(text), language: lang, highContrast: values.contrast });
        tablet.answer("handOff", { ok: { answer: "handOff", link: "HTTPS://EXAMPLE.ORG/C/AB", qr: views.qr(129), fileName: "report.countersign" } });
        tablet.answer("compareWorksheet", { ok: { answer: "worksheet", differing: 1, cells: [{ cell: { kind: "attendees" }, worksheet: 704, reported: 704 }, { cell: { kind: "count", count: 0, group: 13 }, worksheet: 12, reported: 21 }] } });
        tablet.answer("preflight", { ok: { answer: "preflight", items: [{ what: "storage", good: true, detail: "12 ms" }, { what: "clock", good: false, detail: "86400 s" }, { what: "server", good: false, detail: "" }] } });
        problem = scene.problem;
        await page.goto(address);
        await page.waitForSelector("main[data-screen]:not([data-screen=starting])");
        for (const press of scene.presses ?? []) await page.click(press, { timeout: 5000 }).catch((error) => errors.push(`${press}: ${error.message.split("\n")[0]}`));
        await page.evaluate(() => document.fonts.ready.then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))));
        const name = `${scene.name}-${size}-${text}-${lang}`;
        if (!values.quiet) await page.screenshot({ path: join(out, `${name}.png`) });
        const faults = [...(await page.evaluate(lookOver)), ...errors.splice(0)];
        bad += faults.length;
        for (const fault of faults) console.log(`${name}: ${fault}`);
      }
    }
  }
  await page.close();
}
console.log(bad === 0 ? "no faults" : `${bad} faults`);
await browser.close();
server.closeAllConnections();
server.close();
await rm(profile, { recursive: true, force: true });
process.exitCode = bad === 0 ? 0 : 1;
