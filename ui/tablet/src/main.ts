import "@fontsource-variable/atkinson-hyperlegible-next";
import "@countersign/shared/css/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { bridge } from "./bridge";
import { Controller } from "./controller.svelte";
import { overwriteGetLocale } from "./paraglide/runtime";

const controller = new Controller(bridge());
// The language is the tablet's: messages follow the view, and screens follow the messages.
overwriteGetLocale(() => controller.view?.language ?? "en");

const target = document.getElementById("app");
if (target === null) {
  throw new Error("the page has no place for the app");
}
mount(App, { target, props: { controller } });
