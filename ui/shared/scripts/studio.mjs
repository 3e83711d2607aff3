// Where pictures of built pages are taken: a browser, the pages with fixtures behind them, and what was wrong with the pictures.
import { mkdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";

/** Options that every script of pictures has. */
export const OPTIONS = {
  lang: { type: "string", default: "en" },
  only: { type: "string", default: "" },
  out: { type: "string", default: "shots" },
  quiet: { type: "boolean", default: false },
};

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml" };
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Opens the pages built in `root`, handed out below `base` under a security policy. `answer` may answer a request first, and says
    whether it did. `more` is for the browser. */
export async function openStudio({ root, base = "/", policy, answer, values, more = {} }) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://host").pathname.slice(base.length - 1);
    if (await answer(path, request, response)) return;
    const file = path === "/" ? "/index.html" : path;
    const bytes = await readFile(join(root, "dist", file)).catch(() => null);
    if (bytes === null) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": policy }).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const profile = join(tmpdir(), `shots-${process.pid}`);
  const browser = await chromium.launchPersistentContext(profile, { executablePath: "/usr/bin/chromium", headless: true, args: ARGS, ...more });
  const out = join(root, values.out);
  await mkdir(out, { recursive: true });
  let bad = 0;

  return {
    address: `http://127.0.0.1:${server.address().port}${base}`,

    /** A window of a size such as `1366x768`. What goes wrong in it is added to `errors`, but for messages that are expected. */
    async open(size, errors, expected = /^$/) {
      const [width, height] = size.split("x").map(Number);
      const page = await browser.newPage();
      page.on("console", (message) => message.type() === "error" && !expected.test(message.text()) && errors.push(message.text()));
      page.on("pageerror", (error) => errors.push(error.message));
      await page.setViewportSize({ width, height });
      return page;
    },

    wants: (scene) => values.only === "" || values.only.split(",").includes(scene.name),

    async picture(page, name, fullPage = false) {
      if (!values.quiet) await page.screenshot({ path: join(out, `${name}.png`), fullPage });
    },

    say(name, faults) {
      bad += faults.length;
      for (const fault of faults) console.log(`${name}: ${fault}`);
    },

    async close() {
      console.log(bad === 0 ? "no faults" : `${bad} faults`);
      await browser.close();
      server.closeAllConnections();
      server.close();
      await rm(profile, { recursive: true, force: true });
      process.exitCode = bad === 0 ? 0 : 1;
    },
  };
}
