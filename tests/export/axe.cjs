// Opens a page in Chromium as different people do and tells what axe says against it, and whether it scrolls sideways.
// Usage: node axe.cjs FOLDER-OF-MODULES BROWSER PAGE
const fs = require("node:fs");
const path = require("node:path");
const [modules, browserName, page] = process.argv.slice(2);
const chromium = process.env.PATH.split(path.delimiter).map(folder => path.join(folder, browserName)).find(file => fs.existsSync(file));
const puppeteer = require(path.join(modules, "puppeteer-core"));
const axe = path.join(modules, "axe-core", "axe.min.js");
const looks = [
  { name: "light", width: 1200, features: [{ name: "prefers-color-scheme", value: "light" }] },
  { name: "dark", width: 1200, features: [{ name: "prefers-color-scheme", value: "dark" }] },
  { name: "phone", width: 360, features: [{ name: "prefers-color-scheme", value: "light" }] },
  // Whose letters are twice as large (WCAG 2.2, 1.4.4).
  { name: "large", width: 1200, letters: "200%", features: [] },
  { name: "print", width: 1200, media: "print", features: [] },
];
(async () => {
  const browser = await puppeteer.launch({ executablePath: chromium, headless: true, args: ["--no-sandbox", "--disable-gpu"] });
  const against = [];
  for (const look of looks) {
    const tab = await browser.newPage();
    tab.on("pageerror", error => against.push(`${look.name}: script: ${error}`));
    tab.on("request", request => { if (!/^(file|data):/.test(request.url())) against.push(`${look.name}: asks for ${request.url()}`); });
    // axe is put in as a script, which the page itself forbids.
    await tab.setBypassCSP(true);
    await tab.setViewport({ width: look.width, height: 900 });
    await tab.emulateMediaFeatures(look.features);
    if (look.media) await tab.emulateMediaType(look.media);
    await tab.goto(`file://${path.resolve(page)}`);
    await tab.evaluate(letters => { if (letters) document.documentElement.style.fontSize = letters; }, look.letters);
    await tab.evaluate(() => document.querySelectorAll("details").forEach(fold => { fold.open = true; }));
    await tab.addScriptTag({ path: axe });
    for (const found of (await tab.evaluate(() => axe.run())).violations) against.push(`${look.name}: ${found.id}: ${found.nodes[0].html.slice(0, 200)}`);
    const [wide, room] = await tab.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    if (!look.media && wide > room) against.push(`${look.name}: scrolls sideways, ${wide} of ${room}`);
    if (look.name === "light" && await tab.$("#find")) {
      const find = words => tab.evaluate(async words => {
        const field = document.getElementById("find");
        field.value = words;
        field.dispatchEvent(new Event("input"));
        await new Promise(done => setTimeout(done, 400));
        return [document.getElementById("found-here").textContent, document.querySelectorAll(".area:not([hidden])").length];
      }, words);
      const [none, all] = [await find("no such word anywhere"), await find("")];
      const some = await find("shop script");
      if (none.join() !== "0 found,0" || all[1] !== 16 || !/^[1-9]\d* found$/.test(some[0]) || some[1] >= 16) against.push(`finding: ${none} / ${all} / ${some}`);
    }
    await tab.close();
  }
  await browser.close();
  against.forEach(line => console.log(line));
  process.exit(against.length ? 1 : 0);
})().catch(error => { console.error(error); process.exit(2); });
