import { adaptersUnderTest } from './adapters.ts';
import { describeGatewayContract } from './gateway-contract.ts';

for (const adapter of adaptersUnderTest) {
  if (adapter.family === 'platform') describeGatewayContract(adapter);
}
