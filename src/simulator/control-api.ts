import { clearFaults, type Fault, type Faults, resets } from './faults.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { type Answer, NOT_FOUND, parse, type Workspace } from './track/track-api.ts';

/** What /simulator/requests tells: the API's traffic, without that of /simulator itself. */
export interface Traffic {
  requests: number;
  bytes: number;
  readonly statuses: Record<string, number>;
}

export interface Control {
  readonly workspace: Workspace;
  readonly traffic: Traffic;
}

type Route = (control: Control, query: URLSearchParams, body: Buffer) => Answer;

/** For tests and tools in other processes; the real API has nothing like it, so it asks for no key. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /simulator/store': store,
  'GET /simulator/requests': requests,
  'POST /simulator/faults': setFaults,
  'POST /simulator/reset': reset,
};

export function control(to: Control, route: string, query: URLSearchParams, body: Buffer): Answer {
  const found = Object.hasOwn(ROUTES, route) ? ROUTES[route] : undefined;
  return found?.(to, query, body) ?? NOT_FOUND;
}

function store({ workspace }: Control, query: URLSearchParams): Answer {
  const held = workspace.store;
  const counts = held.counts();
  if (query.get('counts') === '1') return { status: 200, body: counts };
  return {
    status: 200,
    body: {
      counts,
      people: held.people(),
      objects: held.objects(),
      relationships: held.relationships(),
      events: held.eventCounts(),
      conflicts: held.conflicts,
    },
  };
}

function requests({ workspace, traffic }: Control): Answer {
  return { status: 200, body: { ...traffic, operations: workspace.operations } };
}

function reset({ workspace, traffic }: Control): Answer {
  workspace.store.clear();
  workspace.operations = 0;
  clearFaults(workspace.faults);
  Object.assign(traffic, { requests: 0, bytes: 0, statuses: {} });
  return { status: 200, body: {} };
}

/** Sets the switches named in the body; `next` replaces what was waiting. */
function setFaults({ workspace }: Control, _query: URLSearchParams, body: Buffer): Answer {
  const given = parse(body);
  if (!isObject(given) || !areFaults(given))
    return { status: 400, body: { meta: { error: 'these are not faults' } } };
  Object.assign(workspace.faults, given);
  return { status: 200, body: workspace.faults };
}

/** Each switch is checked by its own row of the table; a name without one is no switch. */
function areFaults(given: JsonObject): given is JsonObject & Partial<Faults> {
  return Object.entries(given).every(
    ([name, value]) => Object.hasOwn(SWITCHES, name) && SWITCHES[name]?.(value),
  );
}

const SWITCHES: Readonly<Record<string, (value: Json | undefined) => boolean>> = {
  next: (value) => Array.isArray(value) && value.every(isFault),
  storm: isStorm,
  latencyMs: (value) => isCount(value) || (isObject(value) && isCount(value.min) && isCount(value.max)),
  dropAbandoned: (value) => typeof value === 'boolean',
  downUntil: isCount,
  rejectEvery: isCount,
};

const RESETS: readonly (Json | undefined)[] = resets;

const FAULTS: Readonly<Record<Fault['kind'], (fault: JsonObject) => boolean>> = {
  status: (fault) => isCount(fault.status),
  reset: (fault) => RESETS.includes(fault.when),
  hang: () => true,
};

function isFault(value: Json): boolean {
  if (!isObject(value) || (value.times !== undefined && !isCount(value.times))) return false;
  const { kind } = value;
  return (kind === 'status' || kind === 'reset' || kind === 'hang') && FAULTS[kind](value);
}

function isStorm(value: Json | undefined): boolean {
  if (!isObject(value) || !isCount(value.every) || value.every === 0) return false;
  return Array.isArray(value.of) && value.of.length > 0 && value.of.every(isFault);
}

function isCount(value: Json | undefined): boolean {
  return typeof value === 'number' && value >= 0;
}
