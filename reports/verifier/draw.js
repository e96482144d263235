/* A draw, computed again in plain ES5: docs/spec/draw-v1.md, here "draw §n".

   Written from that text alone; it shares no line with the program that made the draw,
   nor with verify.py. No page, no file, no request: bytes in, values or a Refusal out.
   verify.js (the checker's page) and stage.js (a public draw on a wall) stand on it.

   How to read it: hashing; work in pieces, so that a page stays alive; grammar (§1);
   documents (§3, §4); tables (§2); the draw (§5). Long loops are cut by Work. Tables
   stay bytes, and a row is a place in them: a million rows must fit in a browser. */
(function (root) {
  'use strict';

  /* A rule of draw §9 is broken; E805 alone (another version) is not checked. */
  function Refusal(code, params) {
    this.code = code;
    this.params = params || {};
  }
  function must(good, code, params) {
    if (!good) { throw new Refusal(code, params); }
  }

  // ------------------------------------------------------------ SHA-256 (FIPS 180-4)

  var K = new Int32Array([
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
  ]);
  var START = new Int32Array([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
    0x9b05688c, 0x1f83d9ab, 0x5be0cd19]);
  var W = new Int32Array(64);

  /* One block of 64 bytes into the state of 8 words. */
  function compress(state, bytes, at) {
    var a = state[0], b = state[1], c = state[2], d = state[3];
    var e = state[4], f = state[5], g = state[6], h = state[7];
    var i, x, y, one, two;
    for (i = 0; i < 16; i += 1) {
      W[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
      at += 4;
    }
    for (i = 16; i < 64; i += 1) {
      x = W[i - 15];
      y = W[i - 2];
      x = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
      y = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
      W[i] = W[i - 16] + x + W[i - 7] + y | 0;
    }
    for (i = 0; i < 64; i += 1) {
      x = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
      one = h + x + (g ^ e & (f ^ g)) + K[i] + W[i] | 0;
      y = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
      two = y + (a & b | c & (a | b)) | 0;
      h = g; g = f; f = e; e = d + one | 0;
      d = c; c = b; b = a; a = one + two | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  /* Put the padding behind `length` bytes of `total`; return where the last block ends. */
  function pad(buffer, length, total) {
    var end = (length + 9 + 63 >> 6) * 64;
    var i, bits = total * 8;
    for (i = length; i < end; i += 1) { buffer[i] = 0; }
    buffer[length] = 0x80;
    for (i = 1; i <= 8; i += 1) {
      buffer[end - i] = bits % 256;
      bits = Math.floor(bits / 256);
    }
    return end;
  }

  var one = new Int32Array(8);

  /* Hash what stands at the beginning of a buffer, which must have 72 bytes to spare;
     write the 8 words to `out`. This is where a large draw spends its time. */
  function hashBuffer(buffer, length, out, at) {
    var end = pad(buffer, length, length), i;
    one.set(START);
    for (i = 0; i < end; i += 64) { compress(one, buffer, i); }
    for (i = 0; i < 8; i += 1) { out[at + i] = one[i]; }
  }

  /* A hash that is fed piece by piece. */
  function Sha() {
    this.state = new Int32Array(START);
    this.rest = new Uint8Array(136);
    this.kept = 0;
    this.total = 0;
  }
  Sha.prototype.add = function (bytes, from, to) {
    this.total += to - from;
    while (this.kept > 0 && from < to) {
      this.rest[this.kept] = bytes[from];
      this.kept = (this.kept + 1) % 64;
      from += 1;
      if (this.kept === 0) { compress(this.state, this.rest, 0); }
    }
    for (; from + 64 <= to; from += 64) { compress(this.state, bytes, from); }
    for (; from < to; from += 1, this.kept += 1) { this.rest[this.kept] = bytes[from]; }
  };
  Sha.prototype.hex = function () {
    var end = pad(this.rest, this.kept, this.total), i;
    for (i = 0; i < end; i += 64) { compress(this.state, this.rest, i); }
    return hexOf(this.state, 0);
  };

  function hexOf(words, at) {
    var out = '', i;
    for (i = 0; i < 8; i += 1) {
      out += ('0000000' + (words[at + i] >>> 0).toString(16)).slice(-8);
    }
    return out;
  }

  /* SHA-256 in hex of a text, or of some bytes, at once. */
  function sha(data) {
    var bytes = typeof data === 'string' ? encode(data) : data;
    var made = new Sha();
    made.add(bytes, 0, bytes.length);
    return made.hex();
  }

  // ---------------------------------------------------- text and bytes (draw §1)

  function encode(text) {
    var binary = unescape(encodeURIComponent(text)), i;
    var bytes = new Uint8Array(binary.length);
    for (i = 0; i < binary.length; i += 1) { bytes[i] = binary.charCodeAt(i); }
    return bytes;
  }

  /* Strict UTF-8; null where it is none. */
  function decode(bytes, from, to) {
    var parts = [], i;
    for (i = from || 0, to = to === undefined ? bytes.length : to; i < to; i += 8192) {
      parts.push(String.fromCharCode.apply(
        null, bytes.subarray(i, Math.min(to, i + 8192))));
    }
    try { return decodeURIComponent(escape(parts.join(''))); } catch (bad) { return null; }
  }

  /* How many bytes the character at i has; 0 where it is no UTF-8. */
  function sequence(bytes, i, to) {
    var b = bytes[i], next = bytes[i + 1], n, j;
    if (b < 0x80) { return 1; }
    n = b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3
      : b >= 0xf0 && b < 0xf5 ? 4 : 0;
    if (n === 0 || i + n > to) { return 0; }
    for (j = 1; j < n; j += 1) { if ((bytes[i + j] & 0xc0) !== 0x80) { return 0; } }
    if (b === 0xe0 && next < 0xa0 || b === 0xed && next > 0x9f) { return 0; }
    if (b === 0xf0 && next < 0x90 || b === 0xf4 && next > 0x8f) { return 0; }
    return n;
  }

  /* A value of a table: UTF-8 without C0, C1, U+007F, U+2028, U+2029. */
  function isPlain(bytes, from, to) {
    var i, b, n;
    for (i = from; i < to; i += n) {
      b = bytes[i];
      n = 1;
      if (b < 0x20 || b === 0x7f) { return false; }
      if (b > 0x7f) {
        n = sequence(bytes, i, to);
        if (n === 0 || b === 0xc2 && bytes[i + 1] < 0xa0) { return false; }
        if (b === 0xe2 && bytes[i + 1] === 0x80 && (bytes[i + 2] | 1) === 0xa9) {
          return false;
        }
      }
    }
    return true;
  }

  /* An id, in bytes: 1–64 characters; the first a letter, digit, ideograph or 〇. */
  function isIdBytes(bytes, from, to) {
    var i = from, n = 0, b, code;
    for (; i < to; n += 1) {
      b = bytes[i];
      if (b >= 0x30 && b <= 0x39 || b >= 0x41 && b <= 0x5a || b >= 0x61 && b <= 0x7a ||
          n > 0 && (b === 0x2d || b === 0x2e || b === 0x5f)) {
        i += 1;
      } else {
        if (b < 0xe3 || b > 0xe9 || sequence(bytes, i, to) !== 3) { return false; }
        code = (b & 15) << 12 | (bytes[i + 1] & 63) << 6 | bytes[i + 2] & 63;
        if (code !== 0x3007 && (code < 0x4e00 || code > 0x9fff)) { return false; }
        i += 3;
      }
    }
    return n > 0 && n <= 64;
  }

  /* Bytes of two places: below 0, 0 or above 0, as a sort compares. */
  function compareBytes(a, aFrom, aTo, b, bFrom, bTo) {
    while (aFrom < aTo && bFrom < bTo) {
      if (a[aFrom] !== b[bFrom]) { return a[aFrom] - b[bFrom]; }
      aFrom += 1;
      bFrom += 1;
    }
    return (aTo - aFrom) - (bTo - bFrom);
  }

  var MOST = 9007199254740991;
  var GRAMMAR = {
    id: /^[0-9A-Za-z\u4e00-\u9fff\u3007][-_.0-9A-Za-z\u4e00-\u9fff\u3007]{0,63}$/,
    draw: /^[0-9A-Za-z][-0-9A-Za-z]{0,31}$/,
    stratum: /^[0-9A-Za-z][-0-9A-Za-z]{0,15}$/,
    time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    ratio: /^([1-9][0-9]{0,5})\/([1-9][0-9]{0,5})$/,
    hex: /^([0-9a-f]{2})+$/, hex32: /^[0-9a-f]{32}$/, hex64: /^[0-9a-f]{64}$/,
    hex128: /^[0-9a-f]{128}$/, issue: /^[0-9A-Za-z-]{1,32}$/,
    number: /^(0|[1-9][0-9]{0,15})$/, positive: /^[1-9][0-9]{0,15}$/,
    tickets: /^[1-9][0-9]?$/, most: /^(0|[1-9][0-9]{0,15})?$/, none: /^$/,
    balls: /^[0-9]{2}(\.[0-9]{2})*(\+[0-9]{2}(\.[0-9]{2})*)*$/
  };
  function fits(name) {
    // $ also stands before a last line end in no engine without the m flag.
    return function (text) { return typeof text === 'string' && GRAMMAR[name].test(text); };
  }
  function isPresent() { return true; }
  function isText(value) { return typeof value === 'string' && value !== ''; }
  function isMaybe(value) { return typeof value === 'string'; }
  function isNumber(value) { return typeof value === 'number'; }
  function isCount(value) { return isNumber(value) && value > 0; }
  function isTime(text) {
    var made;
    if (!fits('time')(text) || text.slice(0, 4) === '0000') { return false; }
    made = new Date(text);
    return !isNaN(made) && made.toISOString() === text.slice(0, 19) + '.000Z';
  }
  function isDate(text) { return isMaybe(text) && isTime(text + 'T00:00:00Z'); }
  function isRatio(text) {
    var found = isMaybe(text) && GRAMMAR.ratio.exec(text);
    return !!found && Number(found[1]) <= Number(found[2]);
  }
  function isTags(text) {
    var tags = text === '' ? [] : text.split(',');
    return tags.every(function (tag, i) {
      return fits('id')(tag) && (i === 0 || compareText(tags[i - 1], tag) < 0);
    });
  }
  function compareText(a, b) {
    var x = encode(a), y = encode(b);
    return compareBytes(x, 0, x.length, y, 0, y.length);
  }

  // --------------------------------------------------- canonical JSON (RFC 8785)

  function canonical(value, depth, signed) {
    must(depth <= 32, 'E802');
    if (typeof value === 'number') {
      must(value <= MOST && Math.floor(value) === value, 'E802');
      must(value >= 0 || signed, 'E801', { value: value });
      return String(value);
    }
    if (typeof value === 'string') {
      try { encodeURIComponent(value); } catch (half) { throw new Refusal('E802'); }
      return JSON.stringify(value);
    }
    if (value instanceof Array) {
      return '[' + value.map(function (item) {
        return canonical(item, depth + 1, signed);
      }).join(',') + ']';
    }
    if (value !== null && typeof value === 'object') {
      // sort() compares UTF-16 units, as RFC 8785 asks.
      return '{' + Object.keys(value).sort().map(function (name) {
        return canonical(name, depth) + ':' + canonical(value[name], depth + 1, signed);
      }).join(',') + '}';
    }
    return String(value);
  }

  /* The value of one line of canonical JSON and its LF. What parses, but would be
     written otherwise (a key twice, 1.0, a needless escape), is refused: E802. Numbers
     of a draw have no sign; those of a log entry may. */
  function parseJson(bytes, signed) {
    var text = decode(bytes), value;
    must(text !== null && text.slice(-1) === '\n', 'E802');
    try { value = JSON.parse(text); } catch (bad) { throw new Refusal('E802'); }
    must(canonical(value, 0, signed) + '\n' === text, 'E802');
    return value;
  }

  // ------------------------------------------------------- work, piece by piece

  /* A queue of small tasks. A task that returns true is called again; what a task adds
     runs before what stood behind it. `run` works for SLICE ms, then lets the page live. */
  var SLICE = 24;
  function Work() {
    this.queue = [];
    this.fresh = this.scope = null;
    this.until = Infinity;
  }
  Work.prototype.then = function (body) {
    (this.fresh || this.queue).push({ body: body, scope: this.scope });
  };
  /* Like then; but a Refusal in it, or in what it adds, ends at `failed`. */
  Work.prototype.attempt = function (body, failed) {
    var scope = { failed: failed, outer: this.scope };
    (this.fresh || this.queue).push({ body: body, scope: scope });
  };
  /* Call body(i) for i from 0; every so many, look at the clock. */
  Work.prototype.loop = function (count, body) {
    var i = 0, work = this;
    this.then(function () {
      while (i < count) {
        body(i);
        i += 1;
        if (i % 64 === 0 && Date.now() >= work.until) { break; }
      }
      work.at = i;
      work.of = count;
      return i < count;
    });
  };
  Work.prototype.turn = function () {
    var item = this.queue[0], again;
    this.fresh = [];
    this.scope = item.scope;
    try {
      again = item.body() === true;
      if (!again) { this.queue.shift(); }
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || item.scope === null) { throw refusal; }
      this.queue = this.queue.filter(function (other) {
        for (var s = other.scope; s; s = s.outer) { if (s === item.scope) { return false; } }
        return true;
      });
      this.fresh = [];
      this.scope = item.scope.outer;
      item.scope.failed(refusal);
    }
    this.queue = this.fresh.concat(this.queue);
    this.fresh = this.scope = null;
  };
  Work.prototype.drain = function () { while (this.queue.length) { this.turn(); } };
  /* `tick(at, of)` hears how far the present loop is. */
  Work.prototype.run = function (finished, tick) {
    var work = this, channel = new MessageChannel();
    // A message comes back at once; timers are slowed down.
    channel.port1.onmessage = function () {
      work.until = Date.now() + SLICE;
      while (work.queue.length && Date.now() < work.until) { work.turn(); }
      if (tick && work.of) { tick(work.at, work.of); }
      if (work.queue.length) { channel.port2.postMessage(0); } else { finished(); }
    };
    channel.port2.postMessage(0);
  };

  /* SHA-256 of many bytes, in pieces; then done(hex). */
  function hashBytes(work, bytes, done) {
    var made = new Sha(), size = 1 << 13;
    work.loop(Math.ceil(bytes.length / size), function (i) {
      made.add(bytes, i * size, Math.min(bytes.length, (i + 1) * size));
    });
    work.then(function () { done(made.hex()); });
  }

  // ------------------------------------------- documents (draw §2, §3, §4)

  var FROZEN = ['targets.tsv', 'strata.tsv', 'inspectors.tsv', 'conflicts.tsv',
    'exclusions.tsv', 'inspector-exclusions.tsv'];
  /* Fields as announced, words of the line in seed.txt, form of the value (draw §4). */
  var SOURCES = {
    drand: { fields: { chain: fits('hex64'), round: isCount }, words: ['chain', 'round'],
      value: 'hex64' },
    nist: { fields: { chain: isNumber, pulse: isNumber }, words: ['chain', 'pulse'],
      value: 'hex128' },
    lottery: { fields: { game: isText, issue: fits('issue') }, words: ['game', 'issue'] },
    sealed: { fields: { party: fits('id'), commitment: fits('hex64') }, words: ['party'],
      value: 'hex64' },
    dice: { fields: { count: isNumber }, words: [] },
    local: { fields: {}, words: [], value: 'hex64' }
  };
  var GAMES = { ssq: [[6, 33], [1, 16]], dlt: [[5, 35], [2, 12]] };

  /* Hold an object against its fields; unknown ones are collected, never refused. */
  function fields(value, path, required, optional, unknown) {
    must(isObject(value), 'E801', { field: path });
    Object.keys(required).concat(Object.keys(value).filter(function (name) {
      return !has(required, name);
    })).forEach(function (name) {
      var at = path ? path + '.' + name : name, good = required[name] || optional[name];
      if (!has(required, name) && !has(optional, name)) { unknown.push(at); return; }
      must(has(value, name) && good(value[name], at), 'E801', { field: at });
    });
    return true;
  }
  function isObject(value) {
    return value !== null && typeof value === 'object' && !(value instanceof Array);
  }
  function has(value, name) { return Object.prototype.hasOwnProperty.call(value, name); }
  function list(least, each) {
    return function (value, path) {
      return value instanceof Array && value.length >= least && value.every(
        function (item, i) { return each(item, path + '[' + i + ']'); });
    };
  }
  function object(required, optional, unknown) {
    return function (value, path) {
      return fields(value, path, required, optional, unknown);
    };
  }
  /* One of some words; another word is not known, anything else is refused. */
  function word(known, unknown) {
    return function (value, path) {
      if (isText(value) && known.indexOf(value) < 0) { unknown.push(path); }
      return isText(value);
    };
  }
  function oneOf(known) { return function (value) { return known.indexOf(value) >= 0; }; }

  /* The strata, quotas and total of an announcement, or of a #strata line (draw §3). */
  function checkStrata(strata, total, path, unknown) {
    var names = {}, quotas = 0;
    function quota(value, at) {
      quotas += 1;
      if (value && has(value, 'count')) {
        must(!has(value, 'ratio') && !has(value, 'round'), 'E801', { field: at });
        return fields(value, at, { count: isCount }, {}, unknown);
      }
      return fields(value, at, { ratio: isRatio, round: oneOf(['up', 'down']) }, {}, unknown);
    }
    must(list(1, function (one, at) {
      fields(one, at, { name: fits('stratum'), rows: isNumber }, { quota: quota }, unknown);
      must(!has(names, one.name), 'E801', { field: at + '.name' });
      names[one.name] = true;
      return true;
    })(strata, path), 'E801', { field: path });
    must(quotas === (total === undefined ? strata.length : 0), 'E801', { field: path });
    must(total === undefined || isCount(total), 'E801', { field: 'total' });
  }

  function checkSource(source, path, unknown) {
    var required = { kind: isText };
    must(source && isText(source.kind), 'E801', { field: path + '.kind' });
    if (!has(SOURCES, source.kind)) { unknown.push(path + '.kind'); return true; }
    Object.keys(SOURCES[source.kind].fields).forEach(function (name) {
      required[name] = SOURCES[source.kind].fields[name];
    });
    if (source.kind === 'lottery') {
      required.game = word(Object.keys(GAMES), unknown);
      if (!has(GAMES, source.game)) { delete required.issue; }
    }
    fields(source, path, required, {}, unknown);
    must(source.kind !== 'dice' || source.count >= 20, 'E607', { count: source.count });
    return true;
  }

  function digests(names, rooted, unknown) {
    var required = {};
    names.forEach(function (name) {
      required[name] = object(
        { rows: isNumber, bytes: isNumber, sha256: fits('hex64') },
        name === 'targets.tsv' ? { root: fits('hex64') } : {}, unknown);
    });
    return function (value, path) {
      fields(value, path, required, {}, unknown);
      must(!rooted || has(value['targets.tsv'], 'root'), 'E801',
        { field: path + '.targets.tsv.root' });
      return true;
    };
  }

  /* Check an announcement's fields and the rules that it can break alone; return the
     names of those that version 1 does not know. */
  function checkAnnouncement(value) {
    var unknown = [], seen = {}, posts, isPublic = 'public';
    must(value !== null && typeof value === 'object', 'E801', { field: 'protocol' });
    checkProtocol(value.protocol);
    fields(value, '', {
      protocol: isText, draw: fits('draw'), office: isText, title: isText,
      announced: isTime, due: isTime,
      task: object({ id: isText, plan: isMaybe, type: isText, scope: isMaybe,
        from: isDate, to: isDate, rules: fits('hex64') }, {}, unknown),
      items: list(1, object(
        { code: isText, version: isNumber, name: isText, basis: isText }, {}, unknown)),
      registry: object(
        { seq: isNumber, targets: fits('hex64'), inspectors: fits('hex64') }, {}, unknown),
      files: digests(FROZEN, has(value, 'release'), unknown),
      visibility: isPresent,
      excluded: list(0, object({ list: word(['targets', 'inspectors'], unknown),
        reason: isText, count: isNumber }, {}, unknown)),
      posts: list(1, object({ count: isCount, need: list(0, fits('id')) }, {}, unknown)),
      area: word(['any', 'same', 'cross'], unknown),
      randomness: list(0, function (one, at) { return checkSource(one, at, unknown); }),
      software: isText
    }, {
      strata: isPresent, total: isCount, strata_private: function (v) { return v === true; },
      reserves: object({ ratio: isRatio }, {}, unknown), release: isDate, off_site: isText,
      supersedes: object({ draw: fits('draw'), reason: isText }, {}, unknown)
    }, unknown);
    if (has(value, 'release')) { isPublic = 'sealed'; }
    FROZEN.forEach(function (name) { seen[name] = oneOf(['supervisors']); });
    seen['targets.tsv'] = oneOf([isPublic]);
    seen['strata.tsv'] = oneOf([has(value, 'strata_private') ? 'supervisors' : isPublic]);
    fields(value.visibility, 'visibility', seen, {}, unknown);
    if (has(value, 'strata_private')) {
      must(!has(value, 'strata') && !has(value, 'total'), 'E801', { field: 'strata' });
    } else {
      checkStrata(value.strata, value.total, 'strata', unknown);
    }
    value.excluded.forEach(function (one, i) {
      must(value.excluded.every(function (other, j) {
        return i === j || one.list !== other.list || one.reason !== other.reason;
      }), 'E801', { field: 'excluded[' + i + ']' });
    });
    must(value.files['targets.tsv'].rows > 0 && value.files['inspectors.tsv'].rows > 0, 'E401');
    posts = value.posts.reduce(function (sum, post) { return sum + post.count; }, 0);
    must(posts > 1 || has(value, 'off_site'), 'E410');
    must(value.randomness.length > 0, 'E606');
    must(value.randomness.length === 1 || value.randomness.every(function (source) {
      return source.kind !== 'local';
    }), 'E606');
    return unknown;
  }
  function checkProtocol(protocol) {
    must(!/^dualrandom\/[1-9][0-9]{0,3}$/.test(protocol) || protocol === 'dualrandom/1',
      'E805', { value: protocol });
    must(protocol === 'dualrandom/1', 'E801', { field: 'protocol' });
  }

  /* Check a result's fields; return the unknown ones (draw §2). */
  function checkResult(value, announcement) {
    var unknown = [], names = ['selected.tsv', 'drawn.tsv'], seen = {}, lists;
    checkProtocol(value && value.protocol);
    if (has(announcement, 'reserves')) { names.push('reserves.tsv'); }
    if (value.matched === true) { names.push('teams.tsv'); }
    lists = announcement.visibility;
    // Another table of a draw is one too many; what is no table is not known.
    Object.keys(value.files || {}).concat(Object.keys(value.visibility || {})).forEach(
      function (name) {
        must(!has(TABLES, name) || names.indexOf(name) >= 0, 'E834', { file: name });
      });
    names.forEach(function (name) { seen[name] = oneOf([lists['strata.tsv']]); });
    seen['drawn.tsv'] = oneOf([lists['targets.tsv']]);
    if (seen['teams.tsv']) { seen['teams.tsv'] = oneOf(['supervisors']); }
    fields(value, '', {
      protocol: isText, draw: fits('draw'), commitment: fits('hex64'),
      seed_file: fits('hex64'), randomness_file: fits('hex64'),
      files: digests(names, false, unknown), visibility: object(seen, {}, unknown),
      drawn: isNumber, matched: function (v) { return typeof v === 'boolean'; },
      software: isText
    }, {}, unknown);
    return unknown;
  }

  /* seed.txt: {commitment, lines, seed} (draw §4). */
  function parseSeed(bytes) {
    var text = decode(bytes), parts;
    must(text !== null && text.slice(-1) === '\n', 'E601');
    parts = text.slice(0, -1).split('\n');
    must(parts[0] === 'dualrandom/1' && fits('hex64')(parts[1]) && parts.length > 2, 'E601');
    must(parts.every(isText), 'E601');
    return { commitment: parts[1], lines: parts.slice(2), seed: sha(bytes).slice(0, 32) };
  }

  /* Whether version 1 knows this kind of source, and this game. */
  function isKnown(source) {
    return has(SOURCES, source.kind) && (source.kind !== 'lottery' || has(GAMES, source.game));
  }
  /* What a source's line must begin with. */
  function lineStart(source) {
    return [source.kind].concat(SOURCES[source.kind].words.map(function (name) {
      return String(source[name]);
    })).join(' ') + ' ';
  }

  /* The value in a source's line of seed.txt. */
  function valueOf(source, line, draw) {
    var start = lineStart(source), value = line.slice(start.length), kind = source.kind;
    must(line.slice(0, start.length) === start, 'E602', { line: line });
    must(kind === 'dice' ? /^[0-9]+$/.test(value)
      : kind === 'lottery' ? isLottery(GAMES[source.game], value)
        : fits(SOURCES[kind].value)(value), 'E603', { value: value });
    must(kind !== 'dice' || value.length === source.count, 'E604',
      { found: value.length, due: source.count });
    must(kind !== 'sealed' ||
      commitmentOf(draw, source.party, value) === source.commitment, 'E605',
      { party: source.party });
    return value;
  }
  function isLottery(game, value) {
    var groups = value.split('+');
    return GRAMMAR.balls.test(value) && groups.length === game.length && groups.every(
      function (group, g) {
        var balls = group.split('.').map(Number);
        return balls.length === game[g][0] && balls.every(function (ball, i) {
          return ball >= 1 && ball <= game[g][1] && (i === 0 || balls[i - 1] < ball);
        });
      });
  }
  function commitmentOf(draw, party, secret) { return sha(draw + ' ' + party + ' ' + secret); }
  function keyOf(seed, salt) {
    return salt === null ? seed : sha(seed + ',' + salt).slice(0, 32);
  }
  function drawnSalt(salt, name) { return sha(salt + ',' + name).slice(0, 32); }

  // ------------------------------------------------------------ tables (draw §2)

  /* Columns with their grammar; `sorted` first columns order the records: 0 for tables
     whose order is that of the computed rows, -1 where the first is a number. */
  var TABLES = {
    'targets.tsv': table('id name:value region:maybe kind:maybe salt:none', 1),
    'strata.tsv': table('id stratum tickets', 1),
    'inspectors.tsv': table('id name:maybe unit:maybe region:maybe tags max:most', 1),
    'conflicts.tsv': table('id inspector:id reason:value', 2),
    'exclusions.tsv': table('id reason:value', 1),
    'inspector-exclusions.tsv': table('id reason:value', 1),
    'selected.tsv': table('order:positive id stratum rank:positive ticket:hex64', -1),
    'reserves.tsv': table('id stratum rank:positive ticket:hex64', 0),
    'drawn.tsv': table('id', 1),
    'teams.tsv': table('id post:positive inspector:id', 0),
    'replacements.tsv': table('seq:number id substitute:id reason:value evidence:value', -1),
    'substitutions.tsv': table(
      'seq:number id post:positive inspector:id substitute:id reason:value', -1)
  };
  function table(columns, sorted) {
    var pairs = columns.split(' ').map(function (c) { return c.split(':'); });
    return {
      columns: pairs.map(function (pair) { return pair[0]; }),
      kinds: pairs.map(function (pair) { return pair[1] || pair[0]; }),
      sorted: sorted
    };
  }

  /* A table as bytes: record i begins at from[i], its first value ends at mid[i], its
     LF stands before from[i + 1]. */
  function Table(name, bytes) {
    this.name = name;
    this.bytes = bytes;
    this.rows = 0;
    this.from = this.mid = null;
    this.salt = this.strata = null;
  }
  Table.prototype.line = function (i) {
    return decode(this.bytes, this.from[i], this.from[i + 1] - 1);
  };
  Table.prototype.cells = function (i) { return this.line(i).split('\t'); };
  Table.prototype.id = function (i) {
    return decode(this.bytes, this.from[i], this.mid[i]);
  };
  /* The place of an id in a table that is sorted by it; -1: it is not there. */
  Table.prototype.find = function (bytes, from, to) {
    var low = 0, high = this.rows - 1, middle, c;
    while (low <= high) {
      middle = low + high >> 1;
      c = compareBytes(this.bytes, this.from[middle], this.mid[middle], bytes, from, to);
      if (c === 0) { return middle; }
      if (c < 0) { low = middle + 1; } else { high = middle - 1; }
    }
    return -1;
  };

  /* The last eight values of a column, told by their bytes: a million strata and numbers
     must not become a million strings, or the page stops to clear them away. */
  function Memo(bytes) {
    this.bytes = bytes;
    this.from = new Int32Array(8);
    this.to = new Int32Array(8);
    this.values = [];
    this.next = 0;
  }
  Memo.prototype.of = function (from, to, make) {
    var k, value;
    for (k = 0; k < this.values.length; k += 1) {
      if (to - from === this.to[k] - this.from[k] && compareBytes(
        this.bytes, from, to, this.bytes, this.from[k], this.to[k]) === 0) {
        return this.values[k];
      }
    }
    value = make(decode(this.bytes, from, to));
    this.from[this.next] = from;
    this.to[this.next] = to;
    this.values[this.next] = value;
    this.next = (this.next + 1) % 8;
    return value;
  };

  /* Read a table strictly: header, #salt and #strata where due, then every record; then
     done(table). `due` says {salted, priv, sealed}. */
  function readTable(work, name, bytes, due, done) {
    var made = new Table(name, bytes), spec = TABLES[name], at = 0, lines = 0;
    work.loop(Math.ceil(bytes.length / 8192), function (piece) {
      var i, to = Math.min(bytes.length, (piece + 1) * 8192);
      for (i = piece * 8192; i < to; i += 1) { if (bytes[i] === 10) { lines += 1; } }
    });
    work.then(function () {
      must(bytes.length > 0 && bytes[bytes.length - 1] === 10, 'E803', { line: lines + 1 });
      at = readHead(made, spec, due);
      made.rows = lines - made.head;
      made.from = new Int32Array(made.rows + 1);
      made.mid = new Int32Array(made.rows);
      made.from[made.rows] = bytes.length;
      var read = recordReader(made, spec, due.sealed && name === 'targets.tsv');
      work.loop(made.rows, function (i) { at = read(i, at); });
      work.then(function () { done(made); });
    });
  }

  /* The lines before the records; return where these begin. */
  function readHead(made, spec, due) {
    var at = 0, line;
    made.head = 0;
    function next() {
      var end = at, text;
      while (made.bytes[end] !== 10 && end < made.bytes.length) { end += 1; }
      text = decode(made.bytes, at, end);
      at = end + 1;
      made.head += 1;
      return text;
    }
    function starts(start) {
      var mark = encode(start), i;
      for (i = 0; i < mark.length; i += 1) {
        if (made.bytes[at + i] !== mark[i]) { return false; }
      }
      return true;
    }
    must(next() === spec.columns.join('\t'), 'E803', { line: 1 });
    must(starts('#salt') === due.salted, 'E812', { line: 2 });
    if (due.salted) {
      line = next();
      must(/^#salt\t[0-9a-f]{32}$/.test(line), 'E803', { line: 2 });
      made.salt = line.slice(6);
    }
    must(starts('#strata') === due.priv, 'E815', { line: made.head + 1 });
    if (due.priv) {
      line = next();
      must(line !== null && line.slice(0, 8) === '#strata\t', 'E803', { line: made.head });
      made.strata = parseJson(encode(line.slice(8) + '\n'));
    }
    return at;
  }

  /* What reads record i, which begins at `at`, and returns where the next one begins. */
  function recordReader(made, spec, sealed) {
    var bytes = made.bytes, n = spec.columns.length, ends = new Int32Array(n + 1);
    var kinds = spec.kinds.slice(), lastNumber = -1;
    if (sealed) { kinds[4] = 'hex32'; }

    var memos = kinds.map(function () { return new Memo(bytes); });
    var tests = kinds.map(function (kind) {
      return function (text) {
        return kind === 'tags' ? isTags(text) : GRAMMAR[kind].test(text) &&
          (text.length !== 16 || kind === 'stratum' || Number(text) <= MOST);
      };
    });

    function good(column, from, to) {
      if (kinds[column] === 'id') { return isIdBytes(bytes, from, to); }
      if (kinds[column] === 'value') { return to > from; }
      return kinds[column] === 'maybe' || memos[column].of(from, to, tests[column]);
    }
    function ordered(i) {
      var from = made.from, end = spec.sorted > 1 ? ends[1] : ends[0], before;
      if (spec.sorted < 0) {
        before = lastNumber;
        lastNumber = Number(decode(bytes, from[i], ends[0]));
        return lastNumber > before;
      }
      if (i === 0 || spec.sorted === 0) { return true; }
      if (spec.sorted === 1) {
        return compareBytes(bytes, from[i - 1], made.mid[i - 1], bytes, from[i], end) < 0;
      }
      // A tab stands below all that an id may hold, so id and inspector sort as one.
      before = made.mid[i - 1] + 1;
      while (bytes[before] !== 9) { before += 1; }
      return compareBytes(bytes, from[i - 1], before, bytes, from[i], end) < 0;
    }

    return function (i, at) {
      var column = 0, end = at, from = at, line = made.head + i + 1;
      for (; bytes[end] !== 10; end += 1) {
        if (bytes[end] === 9) {
          if (column < n) { ends[column] = end; }
          column += 1;
        }
      }
      if (column !== n - 1) { throw new Refusal('E803', { line: line }); }
      ends[column] = end;
      made.from[i] = at;
      made.mid[i] = ends[0];
      for (column = 0; column < n; from = ends[column] + 1, column += 1) {
        // An id is looked at byte by byte anyway; all else must be text first.
        if (kinds[column] !== 'id' || !isIdBytes(bytes, from, ends[column])) {
          if (!isPlain(bytes, from, ends[column])) { throw new Refusal('E803', { line: line }); }
          if (!good(column, from, ends[column])) {
            throw new Refusal('E801', { line: line, field: spec.columns[column],
              value: decode(bytes, from, ends[column]) });
          }
        }
      }
      if (!ordered(i)) {
        throw new Refusal('E804', { line: line, value: decode(bytes, at, ends[0]) });
      }
      return end + 1;
    };
  }

  /* The RFC 6962 tree hash over a table's records; then done(hex). */
  function treeHash(work, made, done) {
    var nodes = new Int32Array(8 * made.rows), buffer = new Uint8Array(1 << 12);
    var count = made.rows;
    if (count === 0) { work.then(function () { done(sha('')); }); return; }
    work.loop(count, function (i) {
      var from = made.from[i], to = made.from[i + 1] - 1;
      if (to - from + 80 > buffer.length) { buffer = new Uint8Array(2 * (to - from) + 80); }
      buffer[0] = 0;
      buffer.set(made.bytes.subarray(from, to), 1);
      hashBuffer(buffer, to - from + 1, nodes, 8 * i);
    });
    work.then(function level() {
      var pairs = count >> 1;
      if (count === 1) { done(hexOf(nodes, 0)); return; }
      work.loop(pairs, function (i) {
        join(buffer, nodes, 16 * i, nodes, 16 * i + 8, nodes, 8 * i);
      });
      work.then(function () {
        // A last odd one moves up as it is.
        if (count % 2) { nodes.set(nodes.subarray(8 * (count - 1), 8 * count), 8 * pairs); }
        count -= pairs;
        work.then(level);
      });
    });
  }
  /* The parent of two nodes: SHA-256(0x01 ‖ left ‖ right). */
  function join(buffer, left, l, right, r, out, at) {
    var i;
    buffer[0] = 1;
    for (i = 0; i < 32; i += 1) {
      buffer[1 + i] = left[l + (i >> 2)] >>> 24 - 8 * (i & 3);
      buffer[33 + i] = right[r + (i >> 2)] >>> 24 - 8 * (i & 3);
    }
    hashBuffer(buffer, 65, out, at);
  }

  // ------------------------------------------------------------- quotas (draw §3)

  /* Exact whole numbers beyond 2^53: digits of 10^7, the lowest first. */
  var BASE = 10000000;
  function big(n) {
    var out = [];
    for (; n > 0; n = (n - n % BASE) / BASE) { out.push(n % BASE); }
    return out;
  }
  function combine(a, b, sign) {
    var out = [], carry = 0, i, x;
    for (i = 0; i < Math.max(a.length, b.length) || carry > 0; i += 1) {
      x = (a[i] || 0) + sign * (b[i] || 0) + carry;
      carry = x < 0 ? -1 : x >= BASE ? 1 : 0;
      out.push(x - carry * BASE);
    }
    while (out.length && out[out.length - 1] === 0) { out.pop(); }
    return out;
  }
  function times(a, b) {
    var out = [], i, j, x;
    for (i = 0; i < a.length; i += 1) {
      for (j = 0, x = 0; j < b.length || x > 0; j += 1) {
        x += (out[i + j] || 0) + a[i] * (b[j] || 0);
        out[i + j] = x % BASE;
        x = (x - x % BASE) / BASE;
      }
    }
    return out;
  }
  function compareBig(a, b) {
    var i;
    if (a.length !== b.length) { return a.length - b.length; }
    for (i = a.length - 1; i >= 0; i -= 1) { if (a[i] !== b[i]) { return a[i] - b[i]; } }
    return 0;
  }
  /* {whole, rest} of product / divisor, where whole is at most `most`. */
  function divide(product, divisor, most) {
    var low = 0, high = most, middle;
    while (low < high) {
      middle = high - Math.floor((high - low) / 2);
      if (compareBig(times(big(middle), divisor), product) <= 0) { low = middle; } else {
        high = middle - 1;
      }
    }
    return { whole: low, rest: combine(product, times(big(low), divisor), -1) };
  }
  /* n·p/q, rounded: n = a·q + b keeps every step below 2^53. */
  function ofRatio(n, ratio, up) {
    var p = Number(ratio.split('/')[0]), q = Number(ratio.split('/')[1]);
    var b = n % q, part = b * p, whole = (n - b) / q * p + (part - part % q) / q;
    return up && part % q > 0 ? whole + 1 : whole;
  }

  /* How many are drawn in each stratum, as announced (draw §3, quota). */
  function quotas(strata, total) {
    var all = strata.reduce(function (sum, s) { return combine(sum, big(s.rows), 1); }, []);
    var wanted, left, shares;
    must(all.length > 0, 'E401');
    if (total === undefined || total === null) {
      wanted = strata.map(function (s) {
        return has(s.quota, 'count') ? s.quota.count
          : ofRatio(s.rows, s.quota.ratio, s.quota.round === 'up');
      });
    } else {
      // More than there are takes all; the shares are then exact.
      shares = strata.map(function (s, i) {
        var most = compareBig(big(total), all) < 0 ? big(total) : all;
        var share = divide(times(most, big(s.rows)), all, s.rows);
        return { at: i, whole: share.whole, rest: share.rest };
      });
      wanted = shares.map(function (share) { return share.whole; });
      left = shares.reduce(function (sum, share) {
        return combine(sum, big(share.whole), -1);
      }, compareBig(big(total), all) < 0 ? big(total) : all)[0] || 0;
      shares.sort(function (a, b) { return compareBig(b.rest, a.rest) || a.at - b.at; });
      shares.slice(0, left).forEach(function (share) { wanted[share.at] += 1; });
    }
    return strata.map(function (s, i) {
      var quota = Math.min(wanted[i], s.rows);
      must(quota > 0 || s.rows === 0, 'E402', { stratum: s.name });
      return quota;
    });
  }

  // --------------------------------------------------- the draw itself (draw §5)

  /* What makes tickets: at(bytes, from, to, tail, out, place) hashes key ‖ "," ‖ id ‖
     tail and writes 8 words. */
  function Tickets(key) {
    this.buffer = new Uint8Array(512);
    this.buffer.set(encode(key + ','));
    this.start = key.length + 1;
    this.other = new Int32Array(8);
  }
  Tickets.prototype.at = function (bytes, from, to, tail, out, place) {
    var end = this.start, i;
    for (i = from; i < to; i += 1, end += 1) { this.buffer[end] = bytes[i]; }
    for (i = 0; i < tail.length; i += 1, end += 1) { this.buffer[end] = tail.charCodeAt(i); }
    hashBuffer(this.buffer, end, out, place);
  };
  /* A row's ticket, the lowest of all it has (step 1). */
  Tickets.prototype.lowest = function (bytes, from, to, count, out, place) {
    var other = this.other, j;
    this.at(bytes, from, to, '', out, place);
    for (j = 2; j <= count; j += 1) {
      this.at(bytes, from, to, '#' + j, other, 0);
      if (compareWords(other, 0, out, place) < 0) { out.set(other, place); }
    }
  };
  Tickets.prototype.hex = function (text) {
    var out = new Int32Array(8), bytes = encode(text);
    this.at(bytes, 0, bytes.length, '', out, 0);
    return hexOf(out, 0);
  };

  function compareWords(a, i, b, j) {
    var n, x, y;
    for (n = 0; n < 8; n += 1) {
      x = a[i + n] >>> 0;
      y = b[j + n] >>> 0;
      if (x !== y) { return x < y ? -1 : 1; }
    }
    return 0;
  }

  /* Places 0 … count−1 in the order of their digests, ties by `tie`; then done(order).
     Digests are even, so their first 16 bits deal them into small heaps. */
  function sortDigests(work, words, count, tie, done) {
    var ends = new Int32Array(65537), order = new Int32Array(count);
    work.loop(count, function (i) { ends[(words[8 * i] >>> 16) + 1] += 1; });
    work.then(function () { for (var h = 0; h < 65536; h += 1) { ends[h + 1] += ends[h]; } });
    work.loop(count, function (i) {
      var heap = words[8 * i] >>> 16;
      order[ends[heap]] = i;
      ends[heap] += 1; // from the heap's beginning to its end, which is the next one's
    });
    work.loop(65536, function (heap) {
      var from = heap ? ends[heap - 1] : 0, i, j, it;
      for (i = from + 1; i < ends[heap]; i += 1) {
        it = order[i];
        for (j = i; j > from; j -= 1) {
          if ((compareWords(words, 8 * order[j - 1], words, 8 * it) ||
               tie(order[j - 1], it)) < 0) { break; }
          order[j] = order[j - 1];
        }
        order[j] = it;
      }
    });
    work.then(function () { done(order); });
  }

  /* Draw. `rows` is a Table of strata; then done({order, drawn, reserves, words, rank,
     stratum, quotas}), where drawn holds places in the order of inspection, reserves by
     stratum, and rank and stratum belong to every row. */
  function select(work, key, rows, announced, reserves, done) {
    var made = {
      words: new Int32Array(8 * rows.rows), rank: new Int32Array(rows.rows),
      stratum: new Int32Array(rows.rows), drawn: [], reserves: []
    };
    var tickets = new Tickets(key), strata = announced.strata, number = {};
    var counts = strata.map(function (s, i) { number['=' + s.name] = i; return 0; });
    var names = new Memo(rows.bytes), chances = new Memo(rows.bytes);
    function placeOf(name) {
      must(has(number, '=' + name), 'E403', { stratum: name });
      return number['=' + name];
    }
    work.loop(rows.rows, function (i) {
      var tab = rows.mid[i] + 1, end = tab;
      while (rows.bytes[end] !== 9) { end += 1; }
      made.stratum[i] = names.of(tab, end, placeOf);
      counts[made.stratum[i]] += 1;
      tickets.lowest(rows.bytes, rows.from[i], rows.mid[i],
        chances.of(end + 1, rows.from[i + 1] - 1, Number), made.words, 8 * i);
    });
    work.then(function () {
      strata.forEach(function (s, i) {
        must(counts[i] === s.rows, 'E403', { stratum: s.name, found: counts[i], due: s.rows });
      });
      made.quotas = quotas(strata, announced.total);
      counts = strata.map(function () { return 0; });
      sortDigests(work, made.words, rows.rows, byId, rankAll);
    });
    function byId(i, j) {
      return compareBytes(rows.bytes, rows.from[i], rows.mid[i],
        rows.bytes, rows.from[j], rows.mid[j]);
    }
    /* Step 2: in the order of all tickets, each stratum counts its own. */
    function rankAll(order) {
      var spare = strata.map(function (s, i) {
        return reserves ? ofRatio(made.quotas[i], reserves, true) : 0;
      });
      work.loop(rows.rows, function (n) {
        var i = order[n], s = made.stratum[i];
        counts[s] += 1;
        made.rank[i] = counts[s];
        if (counts[s] <= made.quotas[s]) { made.drawn.push(i); }
        else if (counts[s] <= made.quotas[s] + spare[s]) { made.reserves.push(i); }
      });
      work.then(inOrder);
    }
    /* Step 3. */
    function inOrder() {
      var found = made.drawn, words = new Int32Array(8 * found.length);
      made.reserves.sort(function (i, j) {
        return made.stratum[i] - made.stratum[j] || made.rank[i] - made.rank[j];
      });
      work.loop(found.length, function (n) {
        tickets.at(rows.bytes, rows.from[found[n]], rows.mid[found[n]], '#0', words, 8 * n);
      });
      sortDigests(work, words, found.length, function (i, j) {
        return byId(found[i], found[j]);
      }, function (order) {
        made.drawn = Array.prototype.map.call(order, function (n) { return found[n]; });
        done(made);
      });
    }
  }

  function joined(pieces) {
    var at = 0, out = new Uint8Array(pieces.reduce(function (n, one) {
      return n + one.length;
    }, 0));
    pieces.forEach(function (one) { out.set(one, at); at += one.length; });
    return out;
  }

  /* The tables that a selection makes, as bytes; salts is {} or has one for each name;
     then done({'selected.tsv': bytes, …}). */
  function drawnTables(work, rows, made, strata, salts, done) {
    var out = {}, byId = [];
    function write(name, places, line) {
      var pieces = [], text = TABLES[name].columns.join('\t') + '\n';
      function flush() { pieces.push(encode(text)); text = ''; }
      if (salts[name]) { text += '#salt\t' + salts[name] + '\n'; }
      work.loop(places.length, function (n) {
        text += line(places[n], n);
        if (n % 512 === 511) { flush(); }
      });
      work.then(function () { flush(); out[name] = joined(pieces); });
    }
    function place(i) {
      return [rows.id(i), strata[made.stratum[i]].name, made.rank[i],
        hexOf(made.words, 8 * i)].join('\t') + '\n';
    }
    write('selected.tsv', made.drawn, function (i, n) { return n + 1 + '\t' + place(i); });
    write('reserves.tsv', made.reserves, place);
    // Rows of strata are sorted by id, so places are too.
    work.loop(rows.rows, function (i) {
      if (made.rank[i] <= made.quotas[made.stratum[i]]) { byId.push(i); }
    });
    work.then(function () {
      write('drawn.tsv', byId, function (i) { return rows.id(i) + '\n'; });
    });
    work.then(function () { done(out); });
  }

  root.DualrandomDraw = {
    Refusal: Refusal, must: must, has: has, isObject: isObject, Work: Work, Sha: Sha,
    sha: sha, hashBytes: hashBytes, hashBuffer: hashBuffer, hexOf: hexOf, join: join,
    encode: encode, decode: decode, fits: fits, compareBytes: compareBytes,
    compareText: compareText, parseJson: parseJson, canonical: canonical,
    FROZEN: FROZEN, TABLES: TABLES, checkAnnouncement: checkAnnouncement,
    checkResult: checkResult, checkStrata: checkStrata, parseSeed: parseSeed,
    isKnown: isKnown, lineStart: lineStart, valueOf: valueOf,
    commitmentOf: commitmentOf, keyOf: keyOf, drawnSalt: drawnSalt,
    readTable: readTable, treeHash: treeHash, quotas: quotas, Tickets: Tickets,
    select: select, drawnTables: drawnTables
  };
}(this));
