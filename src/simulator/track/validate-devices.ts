import { isObject, type Json, type JsonObject } from '../json.ts';
import type { OperationError } from '../workspace/operation.ts';
import { invalid, required } from './validate-identifiers.ts';

/** "Device: Delete": a token is all it takes. */
export function checkDevice(device: Json | undefined): OperationError | undefined {
  if (!isObject(device)) return required('device');
  return typeof device.token === 'string' ? undefined : required('device.token');
}

/** "Device: Add": token, platform, last_used in unix seconds; attributes are texts. */
export function checkAddedDevice(device: Json | undefined): OperationError | undefined {
  const error = checkDevice(device);
  if (error !== undefined || !isObject(device)) return error;
  const { platform, last_used: lastUsed, attributes } = device;
  if (platform !== 'ios' && platform !== 'android')
    return invalid('device.platform', 'platform must be ios or android');
  if (lastUsed !== undefined && !Number.isInteger(lastUsed)) {
    return invalid('device.last_used', 'last_used must be an integer number of unix seconds');
  }
  return attributes === undefined ? undefined : checkDeviceAttributes(attributes);
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  push_enabled: ['true', 'false'],
  _last_status: ['', 'bounced', 'sent', 'suppressed'],
};

function checkDeviceAttributes(attributes: Json): OperationError | undefined {
  if (!isObject(attributes)) return invalid('device.attributes', 'attributes must be an object');
  for (const [name, value] of Object.entries(attributes)) {
    const field = `device.attributes.${name}`;
    if (typeof value !== 'string') return invalid(field, `${name} must be a string`);
    const choices = Object.hasOwn(CHOICES, name) ? CHOICES[name] : undefined;
    if (choices !== undefined && !choices.includes(value))
      return invalid(field, `${name} must be one of ${choices.join(', ')}`);
  }
  return undefined;
}

const DELIVERY_NAMES: readonly (Json | undefined)[] = ['opened', 'converted', 'delivered'];

/** "Delivery: Event", the third type of operation. */
export function checkDelivery(operation: JsonObject): OperationError | undefined {
  const { identifiers, name, attributes } = operation;
  if (!isObject(identifiers)) return required('identifiers');
  if (identifiers.id !== undefined && typeof identifiers.id !== 'string') {
    return invalid('identifiers.id', 'id must be a string');
  }
  if (!DELIVERY_NAMES.includes(name)) return invalid('name', 'name must be opened, converted or delivered');
  if (!isObject(attributes)) return required('attributes');
  return typeof attributes.device_token === 'string' ? undefined : required('attributes.device_token');
}
