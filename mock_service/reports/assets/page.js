"use strict";
(() => {
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const phone = window.matchMedia("(max-width: 600px)");

  function style(width) {
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const [ink, quiet, rule] = [colour("--ink"), colour("--quiet"), colour("--rule")];
    return {
      background: null,
      font: getComputedStyle(document.body).fontFamily,
      view: { stroke: null },
      axis: {
        labelColor: quiet, titleColor: quiet, titleFontWeight: "normal", gridColor: rule,
        domainColor: rule, tickColor: rule, labelFontSize: 12, titleFontSize: 12, titlePadding: 10,
        labelLimit: phone.matches ? 110 : 260,
      },
      legend: {
        labelColor: ink, titleColor: quiet, labelFontSize: 12, orient: "top", labelLimit: width - 60,
        columns: Math.max(1, Math.floor(width / 210)),
      },
      rule: { color: quiet },
      text: { color: ink },
    };
  }

  async function draw() {
    const drawn = Array.from(document.querySelectorAll("[data-chart]"), (place) => {
      const spec = { ...specs[place.dataset.chart], width: "container" };
      spec.autosize = { type: "fit-x", contains: "padding", resize: true };
      return vegaEmbed(place, spec, {
        actions: false, renderer: "svg", config: style(place.clientWidth),
        tooltip: { theme: dark.matches ? "dark" : "light" },
      });
    });
    await Promise.all(drawn);
    document.documentElement.dataset.drawn = dark.matches ? "dark" : "light";
  }

  dark.addEventListener("change", draw);
  phone.addEventListener("change", draw);
  draw();
})();
