// Numbers, durations, sizes and times as people read them.
// SPDX-License-Identifier: Apache-2.0

export const NOTHING = '–';

function grouped(text) {
  const [whole, ...rest] = text.split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.');
}

// About `digits` significant ones: 0.0001234, 12.35, 1,077.65, 1.2e-9.
export function number(value, digits = 4) {
  if (value === null || value === undefined) return NOTHING;
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return grouped(String(value));
  const size = Math.abs(value);
  if (size >= 1e6 && size < 1e9) return grouped(String(Math.round(value)));
  if (size >= 1e-4 && size < 1e6) return grouped(String(Number(value.toPrecision(size >= 1000 ? digits + 2 : digits))));
  return value.toExponential(digits - 2);
}

// 587980 as 588K, for figures whose size alone counts.
export function compact(value) {
  return value === null || value === undefined ? NOTHING : value.toLocaleString('en', {notation: 'compact', maximumSignificantDigits: 3});
}

export function percent(share) {
  return share === null || share === undefined ? NOTHING : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

export function size(bytes) {
  if (bytes === null || bytes === undefined) return NOTHING;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  while (bytes >= 1024 && at < units.length - 1) {
    bytes /= 1024;
    at++;
  }
  return `${at === 0 ? bytes : bytes.toFixed(bytes < 10 ? 1 : 0)} ${units[at]}`;
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return NOTHING;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

// "14:05:33" today, else "2026-01-31 14:05".
export function time(text) {
  if (!text) return NOTHING;
  const at = new Date(text);
  const two = (part) => String(part).padStart(2, '0');
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date().toDateString()) return `${clock}:${two(at.getSeconds())}`;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}`;
}
