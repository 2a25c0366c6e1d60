import { etcd } from './etcd.ts';
import { http } from './http.ts';
import { istio } from './istio.ts';
import { kubernetes } from './kubernetes.ts';
import { nginx } from './nginx.ts';
import type { Preset } from './preset.ts';
import { redis } from './redis.ts';
import { zookeeper } from './zookeeper.ts';

export type PresetName = 'kubernetes' | 'http' | 'nginx' | 'redis' | 'etcd' | 'zookeeper' | 'istio';

export const presets: Readonly<Record<PresetName, Preset>> = { kubernetes, http, nginx, redis, etcd, zookeeper, istio };

export const presetNames = Object.keys(presets) as readonly PresetName[];
