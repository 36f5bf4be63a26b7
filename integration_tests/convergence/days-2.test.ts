import { describe } from 'vitest';
import { holdDays } from './hold-days.ts';

describe('days', () => holdDays(2));
