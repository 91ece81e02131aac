// Starts Swagger UI. Fills in the query_id of the last response and the paging_token of the last page, so
// that each example runs as it is. Until there is such a response, uses the newest finished query, which
// it requests when an operation that needs one is opened.
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

const exampleQueryId = (system) =>
  system.specSelectors.specJson().getIn(["components", "schemas", "QueryId", "example"]);

const operationsOf = (system) =>
  Object.entries(system.specSelectors.specJson().get("paths").toJS()).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => method !== "parameters")
      .map(([method, operation]) => ({ path, method, operation }))
  );

const operationById = (system, id) =>
  operationsOf(system).find(({ operation }) => operation.operationId === id);

const fillPathParameters = (system, queryId, maySet = () => true) => {
  for (const { path, method } of operationsOf(system)) {
    if (path.includes("{query_id}") && maySet([path, method])) {
      system.specActions.changeParam([path, method], "query_id", "path", queryId, false);
    }
  }
};

// The fields of the page request in the editor, or else of the first example in the API specification.
const pageRequest = (system, path, method, operation) => {
  const written = jsonOf(system.oas3Selectors.requestBodyValue(path, method));
  const [example] = Object.values(operation.requestBody.content["application/json"].examples);
  return written ?? example.value;
};

const fillPageRequest = (system, changes) => {
  const { path, method, operation } = operationById(system, "next_page");
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
  // A query that was cancelled by its key has no rows for the other examples.
  if (typeof document?.query_id !== "string" || path === "/query/cancel") {
    return;
  }
  lastQueryId = document.query_id;
  fillPathParameters(system, document.query_id);
  fillPageRequest(system, {
    query_id: document.query_id,
    paging_token: path === "/next" ? document.paging_token : null,
  });
};

// Swagger UI writes an example into the editor each time it is selected or opened.
const withLastQueryId = (system, value) =>
  lastQueryId && typeof value === "string"
    ? value.replaceAll(exampleQueryId(system), lastQueryId)
    : value;

const needsQueryId = (system, id) => {
  const found = operationById(system, id);
  return found !== undefined && (found.path.includes("{query_id}") || id === "next_page");
};

const newestFinishedQueryId = async (system) => {
  const { fn, specSelectors, authSelectors } = system;
  const answer = await fn.execute({
    spec: specSelectors.specJson().toJS(),
    operationId: "list_queries",
    parameters: { limit: 1, status: "FINISHED" },
    securities: { authorized: authSelectors.authorized()?.toJS() },
    contextUrl: new URL(specSelectors.url(), window.location).href,
    fetch: fn.fetch,
  });
  return jsonOf(answer.text)?.queries[0]?.query_id;
};

// Replaces only the example, not what was typed before the response arrived.
const replaceExample = (system, queryId) => {
  const example = exampleQueryId(system);
  fillPathParameters(system, queryId, (pathMethod) => {
    const shown = system
      .getState()
      .getIn(["spec", "meta", "paths", ...pathMethod, "parameters", "path.query_id", "value"]);
    return shown === undefined || shown === example;
  });
  const { path, method } = operationById(system, "next_page");
  const value = system.oas3Selectors.requestBodyValue(path, method);
  if (value !== undefined) {
    system.oas3Actions.setRequestBodyValue({ value, pathMethod: [path, method] });
  }
};

const fillInNewest = (system, queryId) => {
  if (lastQueryId === null && queryId !== undefined) {
    lastQueryId = queryId;
    replaceExample(system, queryId);
  }
};

let newest = null;

const askForNewest = (system) => {
  newest ??= newestFinishedQueryId(system).then(
    (queryId) => fillInNewest(system, queryId),
    // For example without a tenant: keep the example, and try again with the next operation.
    () => (newest = null)
  );
};

const FillInFromAnswers = () => ({
  statePlugins: {
    oas3: {
      wrapActions: {
        setRequestBodyValue: (original, system) => ({ value, pathMethod }) =>
          original({ value: withLastQueryId(system, value), pathMethod }),
      },
    },
    layout: {
      wrapActions: {
        show: (original, system) => (thing, isShown) => {
          original(thing, isShown);
          if (isShown && lastQueryId === null && needsQueryId(system, thing[2])) {
            askForNewest(system);
          }
        },
      },
    },
    spec: {
      wrapActions: {
        // A field writes under a key of its own, which would hide the value that is filled in by name.
        changeParamByIdentity: (original, system) => (pathMethod, parameter, ...rest) =>
          parameter.get("name") === "query_id"
            ? system.specActions.changeParam(pathMethod, "query_id", "path", ...rest)
            : original(pathMethod, parameter, ...rest),
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
  // By default, Swagger UI sends the document to a validator on the internet.
  validatorUrl: null,
});
