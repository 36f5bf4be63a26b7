import type { Chance } from '../chance.ts';
import { someValue } from '../world/make-world.ts';
import { next, type World } from '../world/world.ts';

export function newTrait(world: World, chance: Chance): string {
  const name = `trait_${next(world)}`;
  const type = chance.pick(['VARCHAR', 'INTEGER', 'BOOLEAN', 'DOUBLE']);
  world.traits.set(name, type);
  for (const { traits } of world.people.values()) {
    if (chance.happens(0.7)) traits[name] = someValue(type, chance);
  }
  return `new column ${name} ${type}`;
}

export function dropTrait(world: World, chance: Chance): string | undefined {
  const name = chance.maybe(world.traits.keys());
  if (name === undefined || world.traits.size < 3) return undefined;
  world.traits.delete(name);
  return `column ${name} is dropped`;
}

export function renameTrait(world: World, chance: Chance): string | undefined {
  const trait = chance.maybe(world.traits);
  if (trait === undefined) return undefined;
  const [name, type] = trait;
  const renamed = `renamed_${next(world)}`;
  world.traits.delete(name);
  world.traits.set(renamed, type);
  for (const { traits } of world.people.values()) traits[renamed] = traits[name] ?? null;
  return `column ${name} is named ${renamed}`;
}

/** Numbers and truths become texts, and texts that are numbers become numbers. */
export function retypeTrait(world: World, chance: Chance): string | undefined {
  const trait = chance.maybe(world.traits);
  if (trait === undefined) return undefined;
  const [name, before] = trait;
  const type = before === 'VARCHAR' ? 'INTEGER' : 'VARCHAR';
  world.traits.set(name, type);
  for (const { traits } of world.people.values()) {
    const value = traits[name] ?? null;
    if (value === null) continue;
    traits[name] = type === 'VARCHAR' ? String(value) : Number.parseInt(String(value), 10) || null;
  }
  return `column ${name} was ${before} and is ${type}`;
}
