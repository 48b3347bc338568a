"""What stands in the global scope of a script before it runs, written in its own language.

Objects of the COM world are proxies: a handle on the Python side, whose members are asked for one at a time. A member that
may be a method is a proxy as well, which is called, or else gives its value when one is needed. What is unknown is a proxy
that answers anything with itself; in texts it is a number between two marks, by which the Python side knows it again.
"""

from __future__ import annotations

from typing import Final

CORE: Final = r"""
(function (global, host) {
'use strict';
var intrinsicEval = global.eval, NativeFunction = Function, NativeDate = Date;
var stringify = JSON.stringify, parse = JSON.parse, isArray = Array.isArray, defineProperty = Object.defineProperty;
var HANDLE = Symbol(), UNKNOWN = Symbol(), MEMBER = Symbol();
var functions = [], proxies = new Map(), unknowns = new Map();

function hidden(name, value) { defineProperty(global, name, {value: value, writable: true, configurable: true, enumerable: false}); }

function encode(value, depth) {
  switch (typeof value) {
    case 'undefined': return {u: 1};
    case 'boolean': case 'string': return value;
    case 'number': return isFinite(value) ? value : {n: String(value)};
    case 'bigint': case 'symbol': return String(value);
  }
  if (value === null) return null;
  if (value[UNKNOWN] !== undefined) return {o: value[UNKNOWN]};
  if (value[MEMBER] !== undefined) return encode(value[MEMBER](), depth);
  if (value[HANDLE] !== undefined) return {o: value[HANDLE]};
  if (typeof value === 'function') { functions.push(value); return {f: functions.length - 1}; }
  if (isArray(value) && depth < 4) return {a: value.slice(0, 100000).map(function (v) { return encode(v, depth + 1); })};
  if (value instanceof NativeDate) return {d: +value};
  if (value instanceof String || value instanceof Number || value instanceof Boolean) return encode(value.valueOf(), depth);
  if (value instanceof Blob) return {x: value.$text()};
  var text = '[object Object]';
  try { text = String(value); } catch (e) {}
  return {x: text};
}

function decode(value) {
  if (value === null || typeof value !== 'object') return value;
  if ('u' in value) return undefined;
  if ('n' in value) return Number(value.n);
  if ('d' in value) return new NativeDate(value.d);
  if ('a' in value) return value.a.map(decode);
  if ('f' in value) return functions[value.f];
  if ('k' in value) return unknown(value.k, value.t);
  if ('o' in value) return proxy(value.o);
}

// `stream.ReadText` without parentheses reads when it stands there, not when its value is needed: what is asked next waits for it.
var READS = /^read(?:text|all|line)?$/i, reading = null;
function ask(operation) {
  if (reading !== null) { var read = reading; reading = null; read(); }
  var args = [];
  for (var i = 1; i < arguments.length; i++) args.push(encode(arguments[i], 0));
  var answer = parse(host(operation, stringify(args)));
  if (answer.e) throw failure(answer.e[0], answer.e[1]);
  return decode(answer.r);
}

function failure(number, description) {
  var error = new Error(description);
  error.number = number > 0 && number < 65536 ? number - 2146828288 : number;
  error.description = description;
  return error;
}

function unknown(number, text) {
  var found = unknowns.get(number);
  if (found) return found;
  var target = function () {};
  found = new Proxy(target, {
    get: function (t, name) {
      if (name === UNKNOWN) return number;
      if (name === MEMBER || name === HANDLE) return undefined;
      if (name === Symbol.toPrimitive) return function (hint) { return hint === 'number' ? 184320 : text; };
      if (name === Symbol.iterator || name === 'then') return undefined;
      switch (name) {
        case 'toString': case 'valueOf': return function () { return text; };
        case 'length': case 'size': case 'byteLength': return 184320;
        case 'indexOf': case 'lastIndexOf': case 'search': return function () { return 0; };
        case 'charCodeAt': return function () { return 65; };
        case 'split': return function () { return [found]; };
        case 'match': return function () { return [found, found]; };
        case 'constructor': return String;
      }
      return member(found, name, true);
    },
    set: function () { return true; },
    has: function () { return true; },
    apply: function () { return found; },
    construct: function () { return found; }
  });
  unknowns.set(number, found);
  return found;
}

function member(owner, name, ofUnknown) {
  var known = false, value;
  function get() { if (!known) { known = true; if (reading === get) reading = null; value = ofUnknown ? owner : ask('value', owner, name); } return value; }
  if (!ofUnknown && READS.test(name)) reading = get;
  return new Proxy(function () {}, {
    get: function (t, key) {
      if (key === MEMBER) return get;
      if (key === UNKNOWN || key === HANDLE) return undefined;
      if (key === 'call') return function (self) { return ask.apply(null, ['call', owner, name].concat([].slice.call(arguments, 1))); };
      if (key === 'apply') return function (self, list) { return ask.apply(null, ['call', owner, name].concat([].slice.call(list || []))); };
      var inner = get();
      if (key === Symbol.toPrimitive) return function (hint) { return primitive(inner, hint); };
      if (key === 'toString' || key === 'valueOf') return function () { return primitive(inner, 'default'); };
      var found = inner === undefined || inner === null ? undefined : inner[key];
      return typeof found === 'function' && Object(inner) !== inner ? found.bind(inner) : found;
    },
    set: function (t, key, v) { if (isIndex(key)) { putIndex(owner, name, key, v); return true; } var inner = get(); if (Object(inner) === inner) inner[key] = v; return true; },
    apply: function (t, self, args) { if (reading === get) reading = null; return ask.apply(null, ['call', owner, name].concat(args)); },
    construct: function (t, args) { return ask.apply(null, ['call', owner, name].concat(args)); }
  });
}

// `object.name(arguments) = value` comes as an assignment to a member whose name stands for the arguments.
var indices = [];
hidden('$index', function () { indices.push([].slice.call(arguments)); return '\ue0f2' + (indices.length - 1); });
function isIndex(name) { return typeof name === 'string' && name.charAt(0) === '\ue0f2'; }
function putIndex(owner, name, key, value) { ask.apply(null, ['put_index', owner, name, value].concat(indices[+key.slice(1)])); }

function primitive(value, hint) {
  if (value === null || Object(value) !== value) return value;
  var convert = value[Symbol.toPrimitive];
  if (typeof convert === 'function') return convert.call(value, hint);
  return hint === 'number' ? +value : String(value);
}

function proxy(number) {
  var found = proxies.get(number);
  if (found) return found;
  found = new Proxy(function () {}, {
    get: function (t, name) {
      if (name === HANDLE) return number;
      if (name === UNKNOWN || name === MEMBER) return undefined;
      if (name === Symbol.toPrimitive) return function () { return primitive(ask('default', found), 'default'); };
      if (typeof name === 'symbol' || name === 'then') return undefined;
      if (name === 'constructor') return Object;
      if (name === '$items') return function () { return ask('items', found); };
      var value = ask('get', found, name);
      if (!isArray(value)) return value;
      if (name === 'toString' || name === 'valueOf') return function () { return primitive(ask('default', found), 'default'); };
      return member(found, name, false);
    },
    set: function (t, name, value) {
      if (isIndex(name)) putIndex(found, '', name, value); else if (typeof name === 'string') ask('put', found, name, value);
      return true;
    },
    has: function (t, name) { return typeof name === 'string' && ask('has', found, name); },
    deleteProperty: function () { return true; },
    ownKeys: function () { return ['prototype']; },
    apply: function (t, self, args) { return ask.apply(null, ['index', found].concat(args)); },
    construct: function () { return found; }
  });
  proxies.set(number, found);
  return found;
}

hidden('$callback', function (request) {
  var pair = parse(request), f = functions[pair[0]];
  f.apply(undefined, pair[1].map(decode));
});

// ---------------------------------------------------------------- names that another language of the page has

hidden('$names', function () {
  var found = {};
  Object.keys(global).slice(0, 2000).forEach(function (name) { if (name.charAt(0) !== '$') found[name] = encode(global[name], 0); });
  return stringify(found);
});
hidden('$take', function (name, value) { global[parse(name)] = decode(parse(value)); });
hidden('$foreign', function (name) {
  name = parse(name);
  if (typeof global[name] !== 'function') global[name] = function () { return ask.apply(null, ['foreign', name].concat([].slice.call(arguments))); };
});
hidden('$invoke', function (request) {
  var pair = parse(request), f = functions[pair[0]];
  return stringify(encode(f.apply(global, pair[1].map(decode)), 0));
});

// ---------------------------------------------------------------- texts run as code

// Short texts are asked about once: a loop may run the same name a hundred thousand times.
var known = Object.create(null), room = 2000;
function layer(code, how) {
  if (typeof code === 'string') {
    if (code.length > 100) return ask('layer', code, how || 'eval');
    var answer = known[code];
    if (answer === undefined) {
      answer = ask('layer', code, how || 'eval');
      if (typeof answer === 'string' && room-- > 0) known[code] = answer;
    }
    return answer;
  }
  if (code instanceof String) return layer(String(code), how);
  if (code !== null && code !== undefined && (code[UNKNOWN] !== undefined || code[MEMBER] !== undefined)) return ask('layer', code, how || 'eval');
  return code;
}
hidden('$layer', function (code) { return layer(code, 'eval'); });
hidden('$eval', function (code) { code = layer(code, 'eval'); return typeof code === 'string' ? intrinsicEval(code) : code; });

function FunctionOfText() {
  var list = [].slice.call(arguments), body = list.length ? layer(String(list.pop()), 'Function') : '';
  if (typeof body !== 'string') body = '';
  return NativeFunction.apply(null, list.concat([body]));
}
FunctionOfText.prototype = NativeFunction.prototype;
defineProperty(NativeFunction.prototype, 'constructor', {value: FunctionOfText, writable: true, configurable: true});
hidden('Function', FunctionOfText);

// ---------------------------------------------------------------- the script host

hidden('ActiveXObject', function ActiveXObject(name) { return ask('create', name); });
hidden('GetObject', function GetObject() { return ask.apply(null, ['get_object'].concat([].slice.call(arguments))); });
hidden('ScriptEngine', function () { return 'JScript'; });
hidden('ScriptEngineMajorVersion', function () { return 5; });
hidden('ScriptEngineMinorVersion', function () { return 8; });
hidden('ScriptEngineBuildVersion', function () { return 16384; });
hidden('CollectGarbage', function () {});

function listOf(group) {
  if (isArray(group)) return group;
  if (group === undefined || group === null) return [];
  if (group[MEMBER]) group = group[MEMBER]();
  return isArray(group) ? group : ask('items', group);
}
hidden('Enumerator', function Enumerator(group) {
  var list = listOf(group), at = 0;
  this.atEnd = function () { return at >= list.length; };
  this.item = function () { return list[at]; };
  this.moveNext = function () { at++; };
  this.moveFirst = function () { at = 0; };
});
hidden('VBArray', function VBArray(array) {
  var list = listOf(array);
  this.toArray = function () { return list.slice(); };
  this.getItem = function (i) { return list[i]; };
  this.lbound = function () { return 0; };
  this.ubound = function () { return list.length - 1; };
  this.dimensions = function () { return 1; };
});

defineProperty(Error.prototype, 'description', {
  get: function () { return this.message; }, set: function (v) { defineProperty(this, 'description', {value: v, writable: true, configurable: true}); }, configurable: true});
defineProperty(Error.prototype, 'number', {
  get: function () { return -2146823281; }, set: function (v) { defineProperty(this, 'number', {value: v, writable: true, configurable: true}); }, configurable: true});

// ---------------------------------------------------------------- a fixed clock, and dice that always fall the same way

function FixedDate() {
  var list = [].slice.call(arguments);
  if (!new.target) return new NativeDate(ask('now')).toString();
  var made = list.length ? Reflect.construct(NativeDate, list) : new NativeDate(ask('now'));
  return made;
}
FixedDate.prototype = NativeDate.prototype;
FixedDate.now = function () { return ask('now'); };
FixedDate.parse = NativeDate.parse;
FixedDate.UTC = NativeDate.UTC;
NativeDate.prototype.constructor = FixedDate;
NativeDate.prototype.getVarDate = function () { return this; };
NativeDate.prototype.getTimezoneOffset = function () { return -540; };
hidden('Date', FixedDate);
Math.random = function () { return ask('random'); };

// ---------------------------------------------------------------- bytes, which pages have and programs of today use

function bytesOf(part) {
  if (part === null || part === undefined) return '';
  if (part[UNKNOWN] !== undefined || part[MEMBER] !== undefined) return String(part);
  if (part instanceof Blob) return part.$text();
  if (part instanceof ArrayBuffer) part = new Uint8Array(part);
  if (ArrayBuffer.isView(part)) {
    var view = new Uint8Array(part.buffer, part.byteOffset, part.byteLength), pieces = [];
    for (var i = 0; i < view.length; i += 8192) pieces.push(String.fromCharCode.apply(null, view.subarray(i, i + 8192)));
    return pieces.join('');
  }
  return unescape(encodeURIComponent(String(part).replace(/[\ud800-\udfff]/g, '?')));
}
function Blob(parts, options) {
  this.$parts = parts ? [].slice.call(parts) : [];
  this.type = options && options.type || '';
}
Blob.prototype.$text = function () { return this.$parts.map(bytesOf).join(''); };
Blob.prototype.slice = function (from, to) { var text = this.$text().slice(from, to), made = new Blob([], this); made.$text = function () { return text; }; return made; };
Blob.prototype.text = function () { return Promise.resolve(this.$text()); };
defineProperty(Blob.prototype, 'size', {get: function () { return this.$text().length; }});
hidden('Blob', Blob);
hidden('File', function File(parts, name, options) { var made = new Blob(parts, options); made.name = name; return made; });

var nativeAtob = global.atob;
hidden('atob', function (text) {
  if (text !== null && text !== undefined && text[UNKNOWN] !== undefined) return text;
  text = String(text).replace(/[\s=]+/g, '');
  return nativeAtob(text.length % 4 === 1 ? text.slice(0, -1) : text);
});
var ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
hidden('btoa', function (text) {
  text = String(text);
  var out = '';
  for (var i = 0; i < text.length; i += 3) {
    var a = text.charCodeAt(i), b = text.charCodeAt(i + 1), c = text.charCodeAt(i + 2);
    out += ALPHABET.charAt(a >> 2) + ALPHABET.charAt((a & 3) << 4 | b >> 4) + (isNaN(b) ? '=' : ALPHABET.charAt((b & 15) << 2 | c >> 6))
      + (isNaN(c) ? '=' : ALPHABET.charAt(c & 63));
  }
  return out;
});

hidden('$part', {ask: ask, hidden: hidden, layer: layer, evaluate: function (code) { return intrinsicEval(code); }, bytesOf: bytesOf, unknown: UNKNOWN});
hidden('eval', function (code) { return global.$eval(code); });
})(globalThis, globalThis.$host);
"""

HOST: Final = r"""
(function (part) {
part.hidden('WScript', part.ask('wscript'));
part.hidden('WSH', globalThis.WScript);
})($part);
"""
"""For scripts of the script host."""

LAST: Final = "delete globalThis.$host; delete globalThis.$part; let eval = globalThis.$intrinsic; delete globalThis.$intrinsic;"

PAGE: Final = r"""
(function (part, global) {
var ask = part.ask, hidden = part.hidden, urls = {}, count = 0, timers = [], listeners = [], selected = null;

function isBlob(value) { return value instanceof Blob; }
function save(name, content, how) { ask('file', String(name || 'download'), isBlob(content) ? content.$text() : part.bytesOf(content), how); }

function contentOf(url) {
  url = String(url);
  if (urls[url]) return urls[url];
  var found = /^data:([^,]*),/.exec(url.slice(0, 500));
  if (!found) return null;
  var body = url.slice(found[0].length);
  var text = /;base64/i.test(found[1]) ? atob(decodeURIComponent(body.replace(/%(?![0-9a-f]{2})/gi, ''))) : unescape(body);
  var made = new Blob([], {}); made.$text = function () { return text; };
  return made;
}

function runText(code, how) {
  code = part.layer(code, how);
  if (typeof code === 'string') { try { part.evaluate(code); } catch (e) {} }
}

function go(url, how) {
  var text = String(url), found = /^\s*(javascript|vbscript):/i.exec(text);
  if (found && found[1].toLowerCase() === 'javascript') return runText(decodeURIComponent(text.slice(found[0].length).replace(/%(?![0-9a-f]{2})/gi, '%25')), how);
  if (found) return ask('child', text.slice(found[0].length), 'VBScript', how);
  var content = contentOf(text);
  if (content) return save('', content, how);
  if (text && text.charAt(0) !== '#') ask('effect', 'open', url, how);
}

var SOURCES = {script: 1, img: 1, iframe: 1, frame: 1, embed: 1, object: 1, link: 1};

function Element(tag, attributes, text) {
  this.tagName = this.nodeName = String(tag).toUpperCase();
  this.$tag = String(tag).toLowerCase();
  this.nodeType = 1;
  this.style = {}; this.dataset = {}; this.children = []; this.childNodes = this.children;
  this.classList = {add: nothing, remove: nothing, toggle: nothing, contains: function () { return false; }};
  this.$text = text || ''; this.$attributes = {};
  for (var key in attributes || {}) {
    this.$attributes[key] = attributes[key];
    if (key.slice(0, 5) === 'data-') this.dataset[key.slice(5).replace(/-(.)/g, function (m, c) { return c.toUpperCase(); })] = attributes[key];
    else if (!(key in this)) this[key] = attributes[key];
  }
  if (this.$tag === 'canvas') this.getContext = function () { return nothingAtAll(); };
}
function nothing() {}
function nothingAtAll() { return new Proxy(function () {}, {get: function (t, k) { return k === Symbol.toPrimitive ? function () { return ''; } : nothingAtAll(); }, apply: nothingAtAll, set: function () { return true; }}); }

function accessor(name, get, set) { Object.defineProperty(Element.prototype, name, {get: get, set: set, configurable: true}); }
['innerText', 'textContent', 'text', 'outerText', 'nodeValue', 'data'].forEach(function (name) {
  accessor(name, function () { return this.$text; }, function (v) { this.$text = v; });
});
accessor('value', function () { return 'value' in this.$attributes ? this.$attributes.value : this.$text; }, function (v) { this.$attributes.value = v; });
accessor('innerHTML', function () { return this.$text; }, function (v) { this.$text = v; ask('page', v, 'innerHTML'); });
accessor('outerHTML', function () { return this.$text; }, function (v) { ask('page', v, 'outerHTML'); });
accessor('src', function () { return this.$attributes.src || ''; }, function (v) {
  this.$attributes.src = v;
  var content = contentOf(v);
  if (this.$tag === 'script' && content) runText(content.$text(), 'script.src');
  else if (content && (this.$tag === 'iframe' || this.$tag === 'embed' || this.$tag === 'object')) save('', content, this.$tag + '.src');
  else if (!content && SOURCES[this.$tag] && /^\s*(https?:)?\/\//i.test(String(v))) ask('download', v, this.$tag + '.src');
  if (typeof this.onload === 'function') later(this.onload);
});
accessor('href', function () { return this.$attributes.href || ''; }, function (v) { this.$attributes.href = v; });
accessor('parentNode', function () { return body; }, nothing);
accessor('parentElement', function () { return body; }, nothing);
accessor('firstChild', function () { return this.children[0] || null; }, nothing);
Element.prototype.setAttribute = function (name, value) {
  name = String(name);
  if (name === 'src' || name === 'href' || name === 'value' || name === 'download') this[name] = value;
  if (name.slice(0, 2) === 'on' && typeof value === 'string') this[name] = Function(value);
  this.$attributes[name] = value;
};
Element.prototype.getAttribute = function (name) { name = String(name); return name in this.$attributes ? this.$attributes[name] : this[name] === undefined ? null : this[name]; };
Element.prototype.hasAttribute = function (name) { return String(name) in this.$attributes; };
Element.prototype.removeAttribute = function (name) { delete this.$attributes[name]; };
Element.prototype.appendChild = Element.prototype.insertBefore = Element.prototype.append = Element.prototype.replaceChild = function (child) {
  if (child instanceof Element) {
    this.children.push(child);
    if (child.$tag === 'script' && child.$text && !child.$ran) { child.$ran = true; runText(child.$text, 'script element'); }
  } else if (child && child.$text !== undefined) this.$text += child.$text;
  return child;
};
Element.prototype.insertAdjacentHTML = function (where, html) { ask('page', html, 'insertAdjacentHTML'); };
Element.prototype.removeChild = function (child) { return child; };
Element.prototype.remove = Element.prototype.focus = Element.prototype.blur = Element.prototype.removeEventListener = nothing;
Element.prototype.select = Element.prototype.setSelectionRange = function () { selected = this; };
Element.prototype.cloneNode = function () { return this; };
Element.prototype.getElementsByTagName = Element.prototype.querySelectorAll = Element.prototype.getElementsByClassName = function () { return this.children; };
Element.prototype.querySelector = function (s) { return document.querySelector(s); };
Element.prototype.getBoundingClientRect = function () { return {top: 0, left: 0, width: 1, height: 1, right: 1, bottom: 1}; };
Element.prototype.addEventListener = function (name, f) { if (typeof f === 'function') { this['on' + name] = f; listeners.push([f, this]); } };
Element.prototype.attachEvent = function (name, f) { this[name] = f; listeners.push([f, this]); };
Element.prototype.submit = function () { if (this.action) ask('effect', 'open', this.action, 'form.submit'); };
Element.prototype.dispatchEvent = function (event) { if (!event || /click/.test(event.type || '')) this.click(); return true; };
Element.prototype.click = function () {
  if (typeof this.onclick === 'function') { var f = this.onclick; this.onclick = null; f.call(this, {preventDefault: nothing, target: this, type: 'click'}); }
  if (this.$tag === 'a' && this.$attributes.href !== undefined) {
    var content = contentOf(this.$attributes.href);
    if (content) save(this.download || this.$attributes.download, content, 'click');
    else go(this.$attributes.href, 'click');
  }
};

var known = {}, all = [];
var body = new Element('body', {}, ''), root = new Element('html', {}, ''), head = new Element('head', {}, '');
hidden('$element', function (tag, attributes, text) {
  var made = new Element(tag, attributes, text);
  all.push(made);
  if (made.$tag === 'title' && !document.title) document.title = text;
  if (attributes.id) { known[attributes.id] = made; if (!(attributes.id in global)) hidden(attributes.id, made); }
  if (attributes.name && !known[attributes.name]) known[attributes.name] = made;
  Object.keys(attributes).forEach(function (key) {
    if (/^on(load|click|mouse|focus|error|begin)/.test(key)) {
      var code = attributes[key];
      made[key] = function () { runText('(function(){' + code + '\n})()', key); };
      listeners.push([made[key], made]);
    }
  });
});
function find(selector) {
  selector = String(selector).trim();
  var id = /#([\w-]+)/.exec(selector), tag = /^[a-z][\w-]*/i.exec(selector), cls = /\.([\w-]+)/.exec(selector), attribute = /\[([\w-]+)/.exec(selector);
  if (id) return known[id[1]] ? [known[id[1]]] : [];
  return all.filter(function (e) {
    return (!tag || e.$tag === tag[0].toLowerCase()) && (!cls || (' ' + (e.$attributes['class'] || '') + ' ').indexOf(' ' + cls[1] + ' ') >= 0)
      && (!attribute || attribute[1] in e.$attributes);
  });
}
function locationObject() {
  var made = {
    href: 'https://mail.example.test/', protocol: 'https:', host: 'mail.example.test', hostname: 'mail.example.test', pathname: '/', search: '', hash: '', port: '',
    origin: 'https://mail.example.test', replace: function (u) { go(u, 'location.replace'); }, assign: function (u) { go(u, 'location.assign'); }, reload: nothing,
    toString: function () { return 'https://mail.example.test/'; }
  };
  return new Proxy(made, {set: function (t, k, v) { if (k === 'href') go(v, 'location.href'); else t[k] = v; return true; }});
}
var location = locationObject();
var document = {
  nodeType: 9, readyState: 'complete', body: body, head: head, documentElement: root, title: '', cookie: '', referrer: '', domain: 'mail.example.test', hidden: false,
  visibilityState: 'visible', characterSet: 'UTF-8', charset: 'utf-8', all: all, forms: [], images: [], links: [], scripts: [], styleSheets: [], compatMode: 'CSS1Compat', documentMode: 11,
  createElement: function (tag) {
    var html = /^<\s*([\w-]+)/.exec(tag);
    return new Element(html ? html[1] : tag, {}, '');
  },
  createElementNS: function (space, tag) { return new Element(tag, {}, ''); },
  createTextNode: function (text) { return {$text: String(text)}; },
  createDocumentFragment: function () { return new Element('fragment', {}, ''); },
  createEvent: function () { return {initEvent: function (type) { this.type = type; }, initMouseEvent: function (type) { this.type = type; }}; },
  getElementById: function (id) { return known[id] || null; },
  getElementsByName: function (name) { return known[name] ? [known[name]] : []; },
  getElementsByTagName: function (tag) { tag = String(tag).toLowerCase(); return tag === 'body' ? [body] : tag === 'head' ? [head] : tag === 'html' ? [root] : find(tag === '*' ? '' : tag); },
  getElementsByClassName: function (name) { return find('.' + name); },
  querySelector: function (selector) { return /^\s*body\b/.test(selector) ? body : find(selector)[0] || null; },
  querySelectorAll: find,
  addEventListener: function (name, f) { listeners.push([f, document]); },
  attachEvent: function (name, f) { listeners.push([f, document]); },
  removeEventListener: nothing, open: nothing, close: nothing, focus: nothing, hasFocus: function () { return true; },
  execCommand: function (command) { if (/^copy$/i.test(command) && selected) ask('clipboard', String(selected.value), 'execCommand'); return true; },
  write: function () { ask('page', [].slice.call(arguments).join(''), 'document.write'); },
  writeln: function () { ask('page', [].slice.call(arguments).join('') + '\n', 'document.writeln'); }
};
Object.defineProperty(document, 'location', {get: function () { return location; }, set: function (v) { go(v, 'document.location'); }});
Object.defineProperty(document, 'URL', {get: function () { return location.href; }});
document.parentWindow = document.defaultView = global;

function later(f) { if (timers.length < 200) timers.push(f); return timers.length; }
function timer(f) { if (typeof f === 'function') { var args = [].slice.call(arguments, 2); return later(function () { f.apply(global, args); }); } return later(function () { runText(String(f), 'setTimeout'); }); }

var agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0';
var navigator = {
  userAgent: agent, appVersion: agent.slice(8), appName: 'Netscape', platform: 'Win32', language: 'ja-JP', languages: ['ja-JP', 'ja', 'en'], userLanguage: 'ja-JP', cookieEnabled: true,
  onLine: true, hardwareConcurrency: 8, deviceMemory: 8, webdriver: false, vendor: 'Google Inc.', plugins: [{}, {}, {}], mimeTypes: [{}, {}], maxTouchPoints: 0, javaEnabled: function () { return false; },
  sendBeacon: function (url) { ask('download', url, 'sendBeacon'); return true; },
  msSaveBlob: function (blob, name) { save(name, blob, 'msSaveBlob'); return true; },
  msSaveOrOpenBlob: function (blob, name) { save(name, blob, 'msSaveOrOpenBlob'); return true; },
  clipboard: {writeText: function (text) { ask('clipboard', String(text), 'clipboard.writeText'); return Promise.resolve(); }}
};
var clipboardData = {getData: function () { return ''; }, clearData: nothing, setData: function (kind, text) { ask('clipboard', String(text), 'clipboardData.setData'); return true; }};
hidden('clipboardData', clipboardData);
var storage = {getItem: function () { return null; }, setItem: nothing, removeItem: nothing, clear: nothing, length: 0};

hidden('window', global); hidden('self', global); hidden('top', global); hidden('parent', global); hidden('frames', global);
hidden('document', document); hidden('navigator', navigator); hidden('clientInformation', navigator);
Object.defineProperty(global, 'location', {get: function () { return location; }, set: function (v) { go(v, 'location'); }, configurable: true});
hidden('screen', {width: 1920, height: 1080, availWidth: 1920, availHeight: 1040, colorDepth: 24, pixelDepth: 24});
hidden('innerWidth', 1600); hidden('innerHeight', 900); hidden('outerWidth', 1600); hidden('outerHeight', 1000); hidden('devicePixelRatio', 1);
hidden('history', {length: 2, back: nothing, forward: nothing, go: nothing, pushState: nothing, replaceState: nothing});
hidden('localStorage', storage); hidden('sessionStorage', storage);
hidden('performance', {now: function () { return 1234.5; }, timing: {}});
hidden('console', {log: nothing, warn: nothing, error: nothing, info: nothing, debug: nothing, clear: nothing, dir: nothing, table: nothing});
hidden('crypto', {getRandomValues: function (a) { for (var i = 0; i < a.length; i++) a[i] = i * 37; return a; }});
hidden('setTimeout', timer); hidden('setInterval', timer); hidden('setImmediate', timer); hidden('requestAnimationFrame', timer); hidden('clearTimeout', nothing); hidden('clearInterval', nothing);
hidden('alert', function (text) { ask('effect', 'dialog', String(text), 'alert'); });
hidden('confirm', function (text) { ask('effect', 'dialog', String(text), 'confirm'); return true; });
hidden('prompt', function (text) { ask('effect', 'dialog', String(text), 'prompt'); return ask('unknown', 'what the user types'); });
['close', 'resizeTo', 'moveTo', 'resizeBy', 'moveBy', 'focus', 'blur', 'scroll', 'scrollTo', 'print', 'stop', 'postMessage', 'detachEvent', 'removeEventListener', 'dispatchEvent'].forEach(function (name) { hidden(name, nothing); });
hidden('addEventListener', function (name, f) { listeners.push([f, global]); });
hidden('attachEvent', function (name, f) { listeners.push([f, global]); });
hidden('open', function (url) { if (url) go(url, 'window.open'); return global; });
hidden('navigate', function (url) { go(url, 'window.navigate'); });
hidden('execScript', function (code, language) {
  if (/vb/i.test(String(language || ''))) ask('child', code, 'VBScript', 'execScript'); else runText(code, 'execScript');
});
hidden('getComputedStyle', function () { return {getPropertyValue: function () { return ''; }}; });
hidden('matchMedia', function () { return {matches: false, addListener: nothing, addEventListener: nothing}; });
hidden('URL', function URL(text) { this.href = String(text); this.toString = function () { return this.href; }; this.searchParams = {get: nothing, has: nothing}; });
URL.createObjectURL = function (blob) { var url = 'blob:https://mail.example.test/' + ++count; urls[url] = blob; return url; };
URL.revokeObjectURL = nothing;
hidden('webkitURL', URL); hidden('MouseEvent', function (type) { this.type = type; }); hidden('Event', function (type) { this.type = type; }); hidden('CustomEvent', function (type) { this.type = type; });
hidden('MutationObserver', function () { this.observe = this.disconnect = nothing; });
hidden('Image', function () { return new Element('img', {}, ''); });
hidden('XMLHttpRequest', function () { return new ActiveXObject('MSXML2.XMLHTTP'); });
hidden('XDomainRequest', function () { return new ActiveXObject('MSXML2.XMLHTTP'); });
hidden('fetch', function (url) {
  var text = ask('download', url && url.href || url, 'fetch');
  var give = function () { return Promise.resolve(text); };
  return Promise.resolve({ok: true, status: 200, headers: {get: nothing}, text: give, json: give, blob: give, arrayBuffer: give});
});
hidden('FileReader', function () {
  var me = this;
  function done(result) {
    me.result = result; me.readyState = 2;
    later(function () { [me.onload, me.onloadend].concat(waiting).forEach(function (f) { if (typeof f === 'function') f.call(me, {target: me, currentTarget: me}); }); });
  }
  var waiting = [];
  this.addEventListener = function (name, f) { if (/^load/.test(name)) waiting.push(f); };
  this.readAsText = this.readAsBinaryString = function (blob) { done(isBlob(blob) ? blob.$text() : ''); };
  this.readAsArrayBuffer = function (blob) { var t = blob.$text(), a = new Uint8Array(t.length); for (var i = 0; i < t.length; i++) a[i] = t.charCodeAt(i); done(a.buffer); };
  this.readAsDataURL = function (blob) { done('data:' + (blob.type || 'application/octet-stream') + ';base64,' + btoa(blob.$text())); };
});
hidden('TextDecoder', function () { this.decode = function (v) { var t = part.bytesOf(v); try { return decodeURIComponent(escape(t)); } catch (e) { return t; } }; });
hidden('TextEncoder', function () { this.encode = function (s) { var t = part.bytesOf(String(s)), a = new Uint8Array(t.length); for (var i = 0; i < t.length; i++) a[i] = t.charCodeAt(i); return a; }; });

// What the page does once it is there: events of loading, timers, and, when `clicks` says so, what the user would click.
hidden('$settle', function () {
  function attempt(f, self) { try { f.call(self || global, {type: 'load', target: self, preventDefault: nothing, stopPropagation: nothing, clipboardData: clipboardData}); } catch (e) {} }
  [[global, 'onload'], [body, 'onload'], [document, 'onreadystatechange'], [document, 'onclick'], [body, 'onclick'], [global, 'onbeforeunload']].forEach(function (pair) {
    var f = pair[0][pair[1]];
    if (typeof f === 'function') { pair[0][pair[1]] = null; attempt(f, pair[0]); }
  });
  for (var round = 0; round < 8; round++) {
    var now = listeners.splice(0, 100);
    now.forEach(function (pair) { if (typeof pair[0] === 'function') attempt(pair[0], pair[1]); });
    timers.splice(0, 100).forEach(function (f) { attempt(f); });
    if (!listeners.length && !timers.length) break;
  }
});
})($part, globalThis);
"""
"""For scripts in pages: a document whose elements keep what they are given, and files that are saved."""
