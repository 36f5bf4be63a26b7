import { connectionForm } from '../protocol/connection-form.ts';
import type { ConnectorSpecification } from '../protocol/messages.ts';
import { sourceConfig, sourceGroups } from './config.ts';

export function sourceSpec(): ConnectorSpecification {
  return {
    documentationUrl: 'https://docs.airbyte.com/integrations/sources/nexus',
    supportsIncremental: true,
    connectionSpecification: connectionForm(sourceConfig, 'Nexus source', sourceGroups),
  };
}
