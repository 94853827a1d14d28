// Swagger UI 4 draws OpenAPI 3.1 well enough, and refuses it by its number alone: it is shown 3.0.3.
const explorer = document.getElementById("explorer");

fetch(explorer.dataset.contract)
  .then((answer) => answer.json())
  .then((contract) =>
    SwaggerUIBundle({
      domNode: explorer,
      spec: { ...contract, openapi: "3.0.3" },
      deepLinking: true,
      validatorUrl: null,
    })
  );
