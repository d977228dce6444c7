"""How Alembic runs here: on the connection that `service.bootstrap.migrate` gives, in its transaction."""

from alembic import context

from service.models import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
