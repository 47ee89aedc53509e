import { render } from "preact";
import { App } from "./app.tsx";
import { followAddress } from "./route.ts";
import { begin } from "./server/session.ts";
import { beginTheme } from "./theme.tsx";
import "./style/main.css";

beginTheme();
followAddress();
void begin();
render(<App />, document.body);
