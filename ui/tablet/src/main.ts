import "@fontsource-variable/atkinson-hyperlegible-next";
import "@countersign/shared/css/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { bridge } from "./bridge";
import { clock } from "./clock.svelte";
import { Controller } from "./controller.svelte";
import { overwriteGetLocale } from "./paraglide/runtime";

const controller = new Controller(bridge(), () => {
  clock.touch();
});
// The language is the tablet's: messages follow the view, and screens follow the messages.
// Before the first view, and where there never is one, it is the system's.
const system = navigator.language.startsWith("es") ? "es" : "en";
overwriteGetLocale(() => controller.view?.language ?? system);

const target = document.getElementById("app");
if (target === null) {
  throw new Error("the page has no place for the app");
}
mount(App, { target, props: { controller } });
