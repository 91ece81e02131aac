// Starts Swagger UI, and puts the query_id of the last answer, and the paging_token of the last page,
// into the fields of the operations that take them: each can be executed as it stands.
"use strict";

const darkMode = window.matchMedia("(prefers-color-scheme: dark)");
const followDarkMode = () => document.documentElement.classList.toggle("dark-mode", darkMode.matches);
followDarkMode();
darkMode.addEventListener("change", followDarkMode);

const jsonOf = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const operationsOf = (system) =>
  Object.entries(system.specSelectors.specJson().get("paths").toJS()).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => method !== "parameters")
      .map(([method, operation]) => ({ path, method, operation }))
  );

const fillPathParameters = (system, queryId) => {
  for (const { path, method } of operationsOf(system)) {
    if (path.includes("{query_id}")) {
      system.specActions.changeParam([path, method], "query_id", "path", queryId, false);
    }
  }
};

// The fields of a page request that stand in the editor, or else in the description's first example.
const pageRequest = (system, path, method, operation) => {
  const written = jsonOf(system.oas3Selectors.requestBodyValue(path, method));
  const [example] = Object.values(operation.requestBody.content["application/json"].examples);
  return written ?? example.value;
};

const fillPageRequest = (system, changes) => {
  const { path, method, operation } = operationsOf(system).find(
    ({ operation }) => operation.operationId === "next_page"
  );
  const body = { ...pageRequest(system, path, method, operation), ...changes };
  if (body.paging_token === null) {
    delete body.paging_token;
  }
  system.oas3Actions.setRequestBodyValue({
    value: JSON.stringify(body, null, 2),
    pathMethod: [path, method],
  });
};

let lastQueryId = null;

const fillIn = (system, path, document) => {
  if (typeof document?.query_id !== "string") {
    return;
  }
  lastQueryId = document.query_id;
  fillPathParameters(system, document.query_id);
  fillPageRequest(system, {
    query_id: document.query_id,
    paging_token: path === "/next" ? document.paging_token : null,
  });
};

// Swagger UI writes an example into the editor each time that it is chosen or opened.
const withLastQueryId = (system, value) => {
  const example = system.specSelectors.specJson().getIn(["components", "schemas", "QueryId", "example"]);
  return lastQueryId && typeof value === "string" ? value.replaceAll(example, lastQueryId) : value;
};

const FillInFromAnswers = () => ({
  statePlugins: {
    oas3: {
      wrapActions: {
        setRequestBodyValue: (original, system) => ({ value, pathMethod }) =>
          original({ value: withLastQueryId(system, value), pathMethod }),
      },
    },
    spec: {
      wrapActions: {
        setResponse: (original, system) => (path, method, response) => {
          original(path, method, response);
          if (response.status === 200) {
            fillIn(system, path, jsonOf(response.text));
          }
        },
      },
    },
  },
});

SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "../openapi.json",
  plugins: [FillInFromAnswers],
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // Or the page would have a service on the internet check the description.
  validatorUrl: null,
});
