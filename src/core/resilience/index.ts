export type { Circuits, CircuitStatus, GateState } from "./circuits.ts";
