import { describe } from 'vitest';
import { holdDays } from './days.ts';

describe('days', () => holdDays(1));
