import { describeOnRealServer } from '../server.ts';
import { settleTargetSuite, settleWithQuotaSuite } from '../settle-target.suite.ts';
import { followLandingsSuite } from './follow-landings.suite.ts';

describeOnRealServer('settling on the real control plane', {
  followLandings: followLandingsSuite,
  settleTarget: settleTargetSuite,
  'settleTarget under a quota': settleWithQuotaSuite,
});
