/* Check folders with reports/verifier/check.js, many in one call: their findings. */
function checkFolders(folders) {
  'use strict';
  return folders.map(function (folder) {
    var work = new DualrandomDraw.Work(), out = null;
    var files = Object.keys(folder.files).map(function (name) {
      return { name: name, top: folder.name, bytes: Uint8Array.from(
        atob(folder.files[name]), function (c) { return c.charCodeAt(0); }) };
    });
    DualrandomCheck.checkDraw(work, files, function (state) { out = state; });
    try { work.drain(); } catch (broken) { return { broke: String(broken.stack) }; }
    return { findings: out.findings };
  });
}
