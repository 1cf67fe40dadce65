/** Words of the data page: imports and the quarantine. */
import type { Catalogue } from "./catalogue";

export const data: Catalogue["data"] = {
  title: "Data and imports",
  open: "Data and imports",
  back: "Back to Programme",
  drop: "Drop a file here, or choose one",
  reading: "Reading the file ...",
  kinds: "CSV, GeoJSON, XLSX, NGSI-LD, a shapefile as one zip. Nothing is loaded before you ask for it.",
  would: (rows, accepted, flagged, rejected, repeated) =>
    `${rows} rows: ${accepted} can be loaded (${flagged} with a flag), ${rejected} would wait, ${repeated} repeat another row`,
  became: (rows, accepted, flagged, rejected, repeated) =>
    `${rows} rows: ${accepted} loaded (${flagged} with a flag), ${rejected} wait, ${repeated} repeat another row`,
  noFault: "No fault was found.",
  row: "Row",
  field: "Column",
  reason: "Reason",
  wholeFile: "file",
  waits: "waits",
  allFaults: (count) => `Show all ${count} faults`,
  mapping: "Mapping (a proposal: read it, change it where it is wrong)",
  load: "Load",
  loading: "Loading",
  lookAgain: "Look again by this mapping",
  leave: "Do not load",
  steps: { proposed: "proposed", read: "reading", compare: "comparing", load: "loading", done: "done", failed: "failed" },
  waiting: "Rows that wait",
  noneWaits: "No row waits.",
  more: (count) => `${count} more wait.`,
  where: (file, row, field) => [file, row && `row ${row}`, field].filter(Boolean).join(", "),
  proposed: "proposed",
  correct: "Read again and load",
  accept: "Load with a flag",
  note: "Why this row is given up",
  dismiss: "Give up",
  loaded: "Loaded",
  noneLoaded: "No file has been loaded yet.",
};
