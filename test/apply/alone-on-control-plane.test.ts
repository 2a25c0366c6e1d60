import { applyAloneSuite } from './apply-alone.suite.ts';
import { complaintsSuite } from './complaints.suite.ts';
import { refusedByClusterSuite } from './refused-by-cluster.suite.ts';
import { describeOnRealServer } from './server.ts';

describeOnRealServer('a set by itself on the real control plane', {
  applyAlone: applyAloneSuite,
  complaints: complaintsSuite,
  'refused by the cluster': refusedByClusterSuite,
});
