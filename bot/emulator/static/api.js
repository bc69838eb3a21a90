async function answer(res) {
  if (res.ok) return res.json();
  throw new Error((await res.text()).replace(/^emulator: /, ""));
}

export const get = (path, query) => fetch(`api/${path}?${new URLSearchParams(query)}`).then(answer);

export const post = (path, body) =>
  fetch("api/" + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }).then(answer);

export function upload(fields, files) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const file of files) form.append("file", file);
  return fetch("api/upload", { method: "POST", body: form }).then(answer);
}
