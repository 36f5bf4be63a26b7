import { connectionForm } from '../protocol/connection-form.ts';
import type { ConnectorSpecification } from '../protocol/messages.ts';
import { destinationConfig, destinationGroups } from './config.ts';

export function destinationSpec(): ConnectorSpecification {
  return {
    documentationUrl: 'https://docs.airbyte.com/integrations/destinations/customer-io',
    supportsIncremental: true,
    supported_destination_sync_modes: ['append', 'append_dedup', 'update', 'soft_delete'],
    connectionSpecification: connectionForm(destinationConfig, 'Customer.io destination', destinationGroups),
  };
}
