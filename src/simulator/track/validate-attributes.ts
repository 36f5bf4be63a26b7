import { isLongerThan, isObject, type Json, type JsonObject, stringForm } from '../json.ts';
import { LIMITS } from '../limits.ts';
import type { OperationError } from '../workspace/operation.ts';
import { checkPersonValue, invalid, isEmail, tooLarge } from './validate-identifiers.ts';

type Check = (attributes: JsonObject) => OperationError | undefined;

/** Absent is fine everywhere; null is not, for the official schema says `type: object`. */
function whenGiven(attributes: Json | undefined, field: string, check: Check): OperationError | undefined {
  if (attributes === undefined) return undefined;
  if (!isObject(attributes)) return invalid(field, `${field} must be an object`);
  return check(attributes);
}

/** Objects and relationships: number, names and values of the attributes. */
export function checkAttributes(attributes: Json | undefined, field: string): OperationError | undefined {
  return whenGiven(attributes, field, (given) => checkSizes(given, field));
}

/** "Person: Identify", attributes: the limits and the reserved names. */
export function checkPersonAttributes(attributes: Json | undefined): OperationError | undefined {
  return whenGiven(
    attributes,
    'attributes',
    (given) => checkSizes(given, 'attributes') ?? checkReserved(given),
  );
}

/** "Person: Event", attributes: three names override a message and must be emails. */
export function checkEventAttributes(attributes: Json | undefined): OperationError | undefined {
  return whenGiven(attributes, 'attributes', (given) => {
    for (const name of ['recipient', 'from_address', 'reply_to']) {
      const value = given[name];
      if (value !== undefined && !isEmail(value))
        return invalid(`attributes.${name}`, `${name} must be an email address`);
    }
    return undefined;
  });
}

const PAGE_TEXTS = ['path', 'referrer', 'search', 'title', 'url'];

/** "Person: Pageview", attributes: five texts and a list of keywords. */
export function checkPageAttributes(attributes: Json | undefined): OperationError | undefined {
  return whenGiven(attributes, 'attributes', (given) => {
    const wrong = PAGE_TEXTS.find((name) => given[name] !== undefined && typeof given[name] !== 'string');
    if (wrong !== undefined) return invalid(`attributes.${wrong}`, `${wrong} must be a string`);
    const { keywords } = given;
    if (keywords === undefined) return undefined;
    const fits = Array.isArray(keywords) && keywords.every((word) => typeof word === 'string');
    return fits ? undefined : invalid('attributes.keywords', 'keywords must be a list of strings');
  });
}

function checkSizes(attributes: JsonObject, field: string): OperationError | undefined {
  const names = Object.keys(attributes);
  if (names.length > LIMITS.attributes) {
    return invalid(field, `${names.length} attributes, and ${LIMITS.attributes} are the limit`);
  }
  for (const name of names) {
    const error = checkSize(name, attributes[name], field);
    if (error !== undefined) return error;
  }
  return undefined;
}

function checkSize(name: string, value: Json | undefined, field: string): OperationError | undefined {
  if (name === '') return invalid(field, `${field} has an attribute without a name`);
  if (isLongerThan(name, LIMITS.attributeName)) {
    return invalid(
      field,
      `an attribute name is longer than ${LIMITS.attributeName} bytes: ${name.slice(0, 40)}…`,
    );
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return undefined;
  // Preferences are a structure of their own, not a value of the person.
  if (name === 'cio_subscription_preferences') return undefined;
  const path = `${field}.${name}`;
  return isLongerThan(stringForm(value), LIMITS.attributeValue)
    ? tooLarge(path, LIMITS.attributeValue)
    : undefined;
}

function checkReserved(attributes: JsonObject): OperationError | undefined {
  const { id, email, phone, _update, cio_subscription_preferences: preferences } = attributes;
  if (_update !== undefined && typeof _update !== 'boolean')
    return invalid('attributes._update', '_update must be a boolean');
  // A number is a common id; the workspace stores it as text.
  const idAsText = typeof id === 'number' ? String(id) : id;
  return (
    checkIdentifying(idAsText, 'id') ??
    checkIdentifying(email, 'email') ??
    checkIdentifying(phone, 'phone') ??
    whenGiven(preferences, 'attributes.cio_subscription_preferences', checkTopics)
  );
}

function checkIdentifying(value: Json | undefined, kind: string): OperationError | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return checkPersonValue(value, kind, `attributes.${kind}`);
}

function checkTopics(preferences: JsonObject): OperationError | undefined {
  const field = 'attributes.cio_subscription_preferences.topics';
  return whenGiven(preferences.topics, field, (topics) => {
    const fits = Object.values(topics).every((choice) => typeof choice === 'boolean');
    return fits ? undefined : invalid(field, 'each topic must be true or false');
  });
}
