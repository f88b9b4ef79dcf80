// Nothing here is needed to read the report: it prints what is folded, and finds.
addEventListener("beforeprint", () => document.querySelectorAll("details:not(.screen)").forEach(d => { d.dataset.was = d.open; d.open = true; }));
addEventListener("afterprint", () => document.querySelectorAll("details:not(.screen)").forEach(d => { d.open = d.dataset.was === "true"; }));
{
  const field = document.getElementById("find"), told = document.getElementById("found-here");
  const each = (of, what) => Array.from(of.querySelectorAll(what));
  const words = of => of.textContent.toLowerCase();
  const rows = of => each(of, ".found tbody tr").map(row => ({ row, text: words(row) }));
  // Read once, when somebody looks for something the first time.
  let controls = null, wait = 0;
  const read = () => each(document, ".control").map(control => ({
    control,
    lines: each(control, ".practice, .asked tbody tr").map(row => ({ row, text: words(row) })),
    checks: each(control, ".check").map(check => ({ check, text: each(check, ":scope > p").map(words).join(" "), rows: rows(check), folds: each(check, ":scope > details:not(.screen)") })),
  }));
  const find = () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = text => wanted.every(word => text.includes(word));
    controls ??= read();
    let hits = 0;
    const unfold = [];
    for (const { control, lines, checks } of controls) {
      let here = 0;
      for (const { row, text } of lines) here += !row.classList.toggle("off", !fits(text));
      for (const { check, text, rows, folds } of checks) {
        const itself = fits(text);
        let within = 0;
        for (const { text } of rows) within += fits(text);
        // A check that fits shows all that it found, unless some of that fits better.
        for (const { row, text } of rows) row.classList.toggle("off", within > 0 ? !fits(text) : !itself);
        check.hidden = !itself && within === 0;
        here += within + (itself && within === 0);
        for (const fold of folds) unfold.push([fold, within > 0]);
      }
      control.hidden = here === 0;
      hits += here;
    }
    // What is found is not left folded, unless it is so much that opening it would take long.
    for (const [fold, found] of unfold) fold.open = wanted.length > 0 && found && hits <= 2000;
    for (const area of each(document, ".area")) area.hidden = area.querySelector(".control:not([hidden])") === null;
    told.textContent = wanted.length ? `${hits} found` : "";
  };
  field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(find, 150); });
  field.closest(".find").hidden = false;
}
