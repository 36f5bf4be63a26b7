/**
 * The documented limits: https://docs.customer.io/integrations/api/track/ ("Request limits") and
 * https://docs.customer.io/journeys/limits/. Sizes are bytes; 32 KB and 500 KB are read as thousands, the
 * smaller reading. Two more are documented, 100 KB for the attributes of an object or relationship and 100,000
 * bytes for an event's data, but no operation of 32,000 bytes can reach them, so nothing here checks them.
 */
export const LIMITS = {
  operation: 32_000,
  batch: 500_000,
  identifier: 150,
  attributes: 300,
  attributeName: 150,
  attributeValue: 1000,
  eventName: 100,
} as const;
