import { render } from "preact";
import { App } from "./app.tsx";
import { followAddress } from "./route.ts";
import { follow } from "./server/live.ts";
import { beginTheme } from "./theme.tsx";
import "./style/main.css";

beginTheme();
followAddress();
follow();
render(<App />, document.body);
