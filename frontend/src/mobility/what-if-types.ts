/** What the endpoints of what-ifs answer, and their figures as values of the house. */
import type { Text, Value } from "../api/types";

export interface WhatIfs {
  networks: number;
  whatIfs: { key: string; name: string; at: string }[];
  counted: CountedArea[];
}

/** What the counted traffic of an area emitted (kg) on so many vehicle-kilometres; `level` city: all of it. */
export interface CountedArea {
  id: string;
  name: string;
  level: string;
  km: number;
  co2: number;
  low: number;
  high: number;
  nox: number | null;
  pm: number | null;
  from: string;
  to: string;
  source: string;
}

interface Spread {
  mean: number;
  least: number;
  most: number;
}

export interface Row {
  attribute: string;
  label: Text;
  unit: string | null;
  unitText: Text | null;
  before: Spread;
  after: Spread;
}

type Pair = [before: number, after: number];

export interface WhatIf {
  id: string;
  name: string;
  at: string;
  provider: string | null;
  method: "simulated";
  note: Text;
  model: string;
  cutOff: number;
  seeds: number;
  minutes: number;
  counts: number;
  fitting: number | null;
  leftOut: number;
  networkAt: string;
  read: Record<string, { number: number; from: string; to: string }>;
  faster: number;
  motorcycles: number;
  secondModel: string;
  second: Pair | null;
  rows: Row[];
  roads: { id: string; name: string; delay: Pair; queue: Pair; co2: Pair; km: Pair; lines: [number, number][][] }[];
}

/** Null where there is none of that name. */
export interface FoundWhatIf {
  whatIf: WhatIf | null;
}

const DATASET = "urn:ngsi-ld:Dataset:what-if";

export function valueOf(whatIf: WhatIf, row: Row, side: "before" | "after"): Value {
  return {
    label: row.label,
    value: row[side].mean,
    unit: row.unit,
    unitText: row.unitText,
    method: whatIf.method,
    derived: null,
    provider: whatIf.provider,
    writtenBy: null,
    observedAt: whatIf.at,
    receivedAt: whatIf.at,
    period: null,
    state: "fresh",
    ageDays: null,
    flags: [],
    entity: whatIf.id,
    attribute: side === "before" ? `${row.attribute}Before` : row.attribute,
    datasetId: DATASET,
  };
}

export function valuesOf(whatIf: WhatIf): Value[] {
  return whatIf.rows.flatMap((row) => [valueOf(whatIf, row, "before"), valueOf(whatIf, row, "after")]);
}
