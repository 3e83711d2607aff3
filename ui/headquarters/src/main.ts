import "@fontsource-variable/atkinson-hyperlegible-next";
import "./app.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { Desk } from "./desk.svelte";

const target = document.getElementById("app");
if (target === null) {
  throw new Error("the page has no place for headquarters");
}
mount(App, { target, props: { desk: new Desk() } });
