from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.kernel.clock import today_in
from handbook.kernel.concurrency import etag_of, require_match, set_body_etag, set_etag
from handbook.kernel.schemas import page_of
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.organizations.queries import get_organization
from handbook.resolutions import task_excel, task_queries, tasks
from handbook.resolutions.enums import UpdateKind
from handbook.resolutions.errors import UpdateKeyTaken
from handbook.resolutions.schemas import TaskLineSchema, TaskListArgs, TaskUpdateInSchema

blp = Blueprint("tasks", __name__, url_prefix="/api", description="Tasks, their progress and their end")

_XLSX_DOC = {"content": {task_excel.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


@blp.route("/organizations/<id:organization_id>/tasks", methods=["GET"])
@requires(Permission.TASKS_LIST)
@blp.arguments(TaskListArgs, location="query")
@blp.response(200, page_of(TaskLineSchema))
@blp.doc(responses={200: _XLSX_DOC})
def list_tasks(args: dict[str, Any], organization_id: int) -> Response:
    """Tasks of an organisation and of everything below it, the most urgent first; with the Accept header of a workbook all of
    them as Excel.
    """
    actor, clock = current_actor(), current_clock()
    organization = get_organization(organization_id, Permission.TASKS_LIST, actor=actor)
    wanted = request.accept_mimetypes.best_match(["application/json", task_excel.MEDIA_TYPE])
    if wanted == task_excel.MEDIA_TYPE:
        filters = {name: args[name] for name in ("state", "overdue", "assignee_id", "below")}
        book = task_excel.task_workbook(
            organization,
            task_queries.each_task(organization, actor=actor, clock=clock, **filters),
            today=today_in(organization.timezone, clock),
            created=clock.now(),
        )
        response = Response(book, mimetype=task_excel.MEDIA_TYPE)
        response.headers.set("Content-Disposition", "attachment", filename=task_excel.FILENAME)
    else:
        page = task_queries.list_tasks(organization, actor=actor, clock=clock, **args)
        lines = [task_queries.task_line(task, actor=actor) for task in page.items]
        response = jsonify({"items": TaskLineSchema(many=True).dump(lines), "next": page.next})
        set_body_etag(response)
    response.headers["Vary"] = "Accept"
    return response


@blp.route("/tasks/<id:task_id>", methods=["GET"])
@requires(Permission.TASKS_READ)
@blp.response(200, TaskLineSchema)
def get_task(task_id: int) -> Response:
    """One task with its history."""
    actor = current_actor()
    task = task_queries.get_task(task_id, Permission.TASKS_READ, actor=actor)
    return set_body_etag(jsonify(TaskLineSchema().dump(task_queries.task_line(task, actor=actor))))


@blp.route("/tasks/<id:task_id>/updates/<uuid:key>", methods=["PUT"])
@requires(Permission.TASKS_UPDATE)
@blp.arguments(TaskUpdateInSchema)
@blp.response(201, TaskLineSchema)
@blp.alt_response(200, schema=TaskLineSchema, description="The update was there already")
def put_task_update(fields: dict[str, Any], task_id: int, key: Any) -> Response:
    """Say how far a task is, that it is done, or why not; ``key`` is a UUID made by the device, and sending it again is safe.

    Whatever ends a task or opens it again needs ``If-Match``; progress does not, because two people may write some.
    """
    actor = current_actor()
    with unit_of_work() as uow:
        task = task_queries.get_task(task_id, Permission.TASKS_UPDATE, actor=actor, lock=True)
        known = task_queries.find_update(str(key))
        if known is None:
            if fields["kind"] != UpdateKind.PROGRESS:
                require_match(task)
            tasks.add_update(task, str(key), fields, actor=actor, uow=uow)
        elif known.task_id != task.id or known.kind != fields["kind"] or known.text != fields["text"]:
            raise UpdateKeyTaken
        response = jsonify(TaskLineSchema().dump(task_queries.task_line(task, actor=actor)))
        response.status_code = 200 if known else 201
        return set_etag(response, etag_of(task))
