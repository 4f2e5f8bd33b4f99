// Open pages in a browser and say what it, axe-core and html-validate find.
//
//     npm install --prefix FOLDER axe-core puppeteer-core html-validate
//     NODE_PATH=FOLDER/node_modules node scripts/check_pages.cjs page.html ... [--browser /usr/bin/chromium]
//
// Prints one JSON object: for each page its console messages, requests that leave the machine, violations of
// WCAG 2.2 A and AA and of axe's best practices, and messages of html-validate.  Ends with 1 if there are any.

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const puppeteer = require("puppeteer-core");
const { HtmlValidate } = require("html-validate");

const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// a page of figures may write its lines as it likes; what it means is checked
const VALIDATOR = new HtmlValidate({
  extends: ["html-validate:standard", "html-validate:a11y"],
  rules: {
    "no-inline-style": "off",
    "no-trailing-whitespace": "off",
    "long-title": "off",
    "void-style": "off",
    "attribute-boolean-style": "off",
    "doctype-style": "off",
    "tel-non-breaking": "off",
  },
});

async function checkPage(browser, file) {
  const page = await browser.newPage();
  const found = { console: [], requests: [], axe: [], html: [] };
  page.on("console", (message) => found.console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => found.console.push(String(error)));
  page.on("request", (request) => {
    if (!/^(file|data|blob|about):/.test(request.url())) found.requests.push(request.url());
  });
  for (const width of [1280, 390]) {
    await page.setViewport({ width, height: 900 });
    await page.goto(pathToFileURL(path.resolve(file)).href, { waitUntil: "load" });
    // what is folded away is read by nobody, and would be passed over
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
    await page.evaluate(axe);
    const result = await page.evaluate((rules) => axe.run(document, { runOnly: rules }), RULES);
    for (const one of result.violations) {
      const where = one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ");
      found.axe.push(`${width} px, ${one.impact}: ${one.id}: ${one.help} (${one.nodes.length}: ${where})`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) found.axe.push(`${width} px: the page is ${wide} pixels wide and scrolls sideways`);
  }
  await page.close();
  const report = await VALIDATOR.validateFile(file);
  for (const result of report.results) {
    for (const one of result.messages) found.html.push(`line ${one.line}: ${one.ruleId}: ${one.message}`);
  }
  found.html = [...new Set(found.html)].slice(0, 20);
  return found;
}

async function main() {
  const given = process.argv.slice(2);
  const at = given.indexOf("--browser");
  const executablePath = at < 0 ? "/usr/bin/chromium" : given.splice(at, 2)[1];
  const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const said = {};
  for (const file of given) said[file] = await checkPage(browser, file);
  await browser.close();
  process.stdout.write(JSON.stringify(said, null, 1) + "\n");
  const clean = Object.values(said).every((one) => Object.values(one).every((list) => list.length === 0));
  process.exitCode = clean ? 0 : 1;
}

main();
