"""What programs are told of the interface: one OpenAPI document, made from the routes and the models."""
