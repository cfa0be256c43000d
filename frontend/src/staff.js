// The staff's pages in the browser: what the Dashboard says, what htmx asks, what needs a script.
import "./style.css";
import "./lists.css";
import "./controls.css";
import "./requests.js";
import "./dialogs.js";
import "./places.js";
import "./menus.js";
import "./charts.js";
import "./downloads.js";
import "./fields.js";
import "./picker.js";
import "./unsaved.js";
import "./words.js";
