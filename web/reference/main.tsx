// Where the reference begins: the styles and the page.
import "../kit/tokens.css";
import "../kit/reset.css";
import "../kit/buttons.css";
import "../kit/fields.css";
import "../kit/theme.css";
import "./reference.css";
import "./operation.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Reference } from "./reference.tsx";

const place = document.querySelector<HTMLElement>("#reference");
if (!place) throw new Error("index.html has no #reference");

const fault = "This page met a fault of its own. The document itself is at /api/openapi.json.";

createRoot(place, { onUncaughtError: () => document.body.replaceChildren(fault) }).render(
  <StrictMode>
    <Reference />
  </StrictMode>,
);
