"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let theme = "system";
  const setTheme = (next) => {
    theme = next;
    document.documentElement.dataset.theme = theme === "dark" || (theme === "system" && dark.matches) ? "dark" : "light";
    byId("theme").textContent = `Colours: ${theme}`;
  };
  const nextTheme = () => setTheme({ system: dark.matches ? "light" : "dark", light: dark.matches ? "dark" : "system", dark: dark.matches ? "system" : "light" }[theme]);
  dark.addEventListener("change", () => setTheme(theme));
  const differ = [...document.querySelectorAll(".pair:not(.same)")];
  let at = -1;
  const go = (by) => {
    if (!differ.length) return;
    differ[at]?.classList.remove("current");
    at = Math.min(Math.max(at + by, 0), differ.length - 1);
    differ[at].classList.add("current");
    differ[at].scrollIntoView({ block: "center" });
  };
  byId("on").addEventListener("click", () => go(1));
  byId("before").addEventListener("click", () => go(-1));
  byId("theme").addEventListener("click", nextTheme);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { n: () => go(1), p: () => go(-1), N: () => go(-1), k: nextTheme }[event.key];
    if (act) act();
  });
  setTheme("system");
  byId("parting")?.scrollIntoView({ block: "center" });
})();
