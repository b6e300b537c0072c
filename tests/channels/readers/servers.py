"""Providers that count posts, on their own wires: figures grow, posts go, metrics are removed, quotas end."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from cofounder.channels.accounts import Connected
from cofounder.channels.accounts import Provider as Kind
from cofounder.kit.ids import new_id
from tests.flow.train.tuners.servers.wire import SECRET, Bad, Provider, running

__all__ = ["SECRET", "TOKEN", "Bad", "Facebook", "Ghost", "LinkedIn", "WordPress", "X", "connected", "running"]

TOKEN = "tok-8c1e5b2d9f7a4c60"


@dataclass
class Counting(Provider):
    """`figures`: the post's id -> what is counted. One that is not there is gone."""

    figures: dict[str, dict[str, int]] = field(default_factory=dict)
    followers: int = 1_000
    removed: set[str] = field(default_factory=set)  # metrics
    forbidden: set[str] = field(default_factory=set)  # permissions that the account lacks
    asked_for: list[list[str]] = field(default_factory=list)  # the ids of every question for posts
    watch: Callable[[list[str]], Awaitable[None]] | None = None  # called before it answers

    async def note(self, ids: list[str]) -> None:
        self.asked_for.append(ids)
        if self.watch is not None:
            await self.watch(ids)


def connected(kind: Kind, address: str, *, name: str = "Acme", external_id: str = "42", **more: Any) -> Connected:
    async def token() -> str:
        return TOKEN

    return Connected(
        id=more.pop("id", None) or new_id(),
        provider=kind,
        name=name,
        external_id=external_id,
        address=address,
        token=token,
        **more,
    )


class X(Counting):
    """api.x.com: data beside errors; what only the author sees is refused of old posts, post by post."""

    def refusal(self, status: int, message: str) -> Response:
        return JSONResponse({"title": "Trouble", "detail": message, "type": "about:blank", "status": status}, status)

    def routes(self, app: FastAPI) -> None:
        @app.get("/2/tweets")
        async def tweets(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return self.refusal(401, "Unauthorized")
            ids = request.query_params["ids"].split(",")
            fields = request.query_params.get("tweet.fields", "").split(",")
            await self.note(ids)
            if len(ids) > 100:
                return self.refusal(400, "The `ids` query parameter value has more than 100 entries")
            if "non_public_metrics" in fields and "private" in self.forbidden:
                return self.refusal(403, "Your client is not allowed these fields.")
            data, errors = [], []
            for id in ids:
                if id not in self.figures:
                    errors.append(self._error(id, "resource-not-found", f"Could not find tweet with ids: [{id}]."))
                elif "non_public_metrics" in fields and self.figures[id].get("old"):
                    errors.append(self._error(id, "not-authorized-for-field", "Field Authorization Error"))
                else:
                    data.append(self._tweet(id, fields))
            body: dict[str, Any] = {**({"data": data} if data else {}), **({"errors": errors} if errors else {})}
            headers = {"x-rate-limit-limit": "900", "x-rate-limit-remaining": "899", "x-rate-limit-reset": "1900000000"}
            return JSONResponse(body, headers=headers)

        @app.get("/2/users/me")
        async def me() -> Response:
            if "followers" in self.forbidden:
                return self.refusal(403, "Your client is not allowed to see them.")
            return JSONResponse({"data": {"id": "42", "public_metrics": {"followers_count": self.followers}}})

    def _tweet(self, id: str, fields: list[str]) -> dict[str, Any]:
        seen = self.figures[id]
        told: dict[str, Any] = {"id": id, "text": "A post.", "something_new": {"access_token": SECRET}}
        public = {"impressions": "impression_count", "likes": "like_count", "comments": "reply_count"}
        told["public_metrics"] = {name: seen[mine] for mine, name in public.items() if mine in seen} | {
            "retweet_count": seen.get("shares", 0),
            "quote_count": seen.get("quotes", 0),
            "bookmark_count": seen.get("bookmarks", 0),
        }
        if "non_public_metrics" in fields and "clicks" in seen:
            told["non_public_metrics"] = {"url_link_clicks": seen["clicks"], "user_profile_clicks": 1}
        return told

    def _error(self, id: str, kind: str, detail: str) -> dict[str, Any]:
        return {
            "value": id,
            "resource_id": id,
            "parameter": "ids",
            "resource_type": "tweet",
            "title": "Not Found Error",
            "detail": detail,
            "type": f"https://api.twitter.com/2/problems/{kind}",
        }


class Facebook(Counting):
    """graph.facebook.com: fifty questions in one, each with its own answer; a dead metric spoils its question."""

    def refusal(self, status: int, message: str) -> Response:
        return JSONResponse({"error": {"message": message, "type": "OAuthException", "code": 2}}, status)

    def routes(self, app: FastAPI) -> None:
        @app.post("/v25.0")
        async def batch(request: Request) -> Response:
            form = parse_qs((await request.body()).decode())
            questions = json.loads(form["batch"][0])
            assert len(questions) <= 50
            assert {one["method"] for one in questions} == {"GET"}
            await self.note([one["relative_url"].partition("?")[0].partition("/")[0] for one in questions])
            answers = [self._one(one["relative_url"]) for one in questions]
            usage = json.dumps({"call_count": 28, "total_time": 25, "total_cputime": 25})
            return JSONResponse(answers, headers={"X-App-Usage": usage})

        @app.get("/v25.0/{id}")
        async def object(id: str) -> Response:
            return JSONResponse({"id": id, "followers_count": self.followers, "fan_count": 1})

    def _one(self, url: str) -> dict[str, Any] | None:
        parts = urlsplit(f"/{url}")
        id, _, edge = parts.path.strip("/").partition("/")
        query = parse_qs(parts.query)
        if "token" in self.forbidden:
            return self._error(400, 190, "Error validating access token: the session has been invalidated.")
        if "rate" in self.forbidden:
            return self._error(400, 32, "(#32) Page request limit reached")
        if id not in self.figures:
            return self._error(400, 100, f"Unsupported get request. Object with ID '{id}' does not exist", 33)
        seen = self.figures[id]
        if seen.get("slow"):
            return None
        if edge == "insights":
            metrics = query["metric"][0].split(",")
            if "read_insights" in self.forbidden:
                return self._error(403, 200, "(#200) Provide valid app ID or the permission read_insights")
            if self.removed & set(metrics):
                return self._error(400, 100, "(#100) The value must be a valid insights metric")
            names = {"post_media_view": "views", "post_total_media_view_unique": "reach", "post_clicks": "clicks"}
            data = [
                {"name": name, "period": "lifetime", "values": [{"value": seen[names[name]]}], "id": f"{id}/{name}"}
                for name in metrics
                if names[name] in seen
            ]
            return {"code": 200, "body": json.dumps({"data": data})}
        body: dict[str, Any] = {
            "id": id,
            "reactions": {"data": [], "summary": {"total_count": seen.get("likes", 0)}},
            "comments": {"data": [], "summary": {"total_count": seen.get("comments", 0), "order": "ranked"}},
        }
        if seen.get("shares"):
            body["shares"] = {"count": seen["shares"]}
        return {"code": 200, "body": json.dumps(body)}

    def _error(self, status: int, code: int, message: str, subcode: int | None = None) -> dict[str, Any]:
        error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}
        return {"code": status, "body": json.dumps({"error": error})}


class LinkedIn(Counting):
    """api.linkedin.com: versioned; a post that nobody saw is not among the statistics."""

    version_ended = False

    def refusal(self, status: int, message: str) -> Response:
        return JSONResponse({"message": message, "status": status, "code": "TROUBLE"}, status)

    def routes(self, app: FastAPI) -> None:
        @app.get("/rest/{what:path}")
        async def rest(what: str, request: Request) -> Response:
            assert request.headers["X-Restli-Protocol-Version"] == "2.0.0"
            if self.version_ended:
                return self.refusal(426, f"Requested version {request.headers['LinkedIn-Version']} is not active")
            query = request.url.query
            if what.startswith("networkSizes/"):
                assert unquote(what) == "networkSizes/urn:li:organization:7"
                return JSONResponse({"firstDegreeSize": self.followers})
            answers = {
                "organizationalEntityShareStatistics": self._statistics,
                "memberCreatorPostAnalytics": self._analytics,
                "socialMetadata": self._metadata,
                "posts": self._posts,
            }
            if what in self.forbidden:
                return self.refusal(403, "Not enough permissions to access: GET")
            if what == "memberFollowersCount":
                return JSONResponse({"elements": [{"memberFollowersCount": self.followers}]})
            return await answers[what](query)

    async def _statistics(self, query: str) -> Response:
        ids = [
            unquote(id)
            for name in ("shares", "ugcPosts")
            if f"{name}=List(" in query
            for id in query.partition(f"{name}=List(")[2].partition(")")[0].split(",")
        ]
        await self.note(ids)
        elements = [self._element(id) for id in ids if self.figures.get(id)]
        return JSONResponse({"paging": {"start": 0, "count": 10, "links": []}, "elements": elements})

    def _element(self, id: str) -> dict[str, Any]:
        seen = self.figures[id]
        names = {
            "impressions": "impressionCount",
            "reach": "uniqueImpressionsCount",
            "clicks": "clickCount",
            "likes": "likeCount",
            "shares": "shareCount",
            "comments": "commentCount",
        }
        total = {name: seen[mine] for mine, name in names.items() if mine in seen} | {"engagement": 0.1}
        kind = "share" if ":share:" in id else "ugcPost"
        return {kind: id, "organizationalEntity": "urn:li:organization:7", "totalShareStatistics": total}

    async def _analytics(self, query: str) -> Response:
        asked = parse_qs(query)
        id = unquote(asked["entity"][0].strip("()").partition(":")[2])
        await self.note([id])
        if id not in self.figures:
            return self.refusal(404, "Could not find entity")
        figures = {"IMPRESSION": "impressions", "MEMBERS_REACHED": "reach", "REACTION": "likes"}
        figures |= {"COMMENT": "comments", "RESHARE": "shares"}
        count = self.figures[id].get(figures[asked["queryType"][0]])
        elements = [] if count is None else [{"count": count, "targetEntity": {"share": id}}]
        return JSONResponse({"paging": {}, "elements": elements})

    async def _metadata(self, query: str) -> Response:
        ids = self._ids(query)
        await self.note(ids)
        results = {
            id: {
                "entity": id,
                "reactionSummaries": {"LIKE": {"reactionType": "LIKE", "count": self.figures[id].get("likes", 0)}},
                "commentSummary": {"count": self.figures[id].get("comments", 0), "topLevelCount": 0},
            }
            for id in ids
            if id in self.figures
        }
        return JSONResponse(
            {"results": results, "statuses": {id: 404 for id in ids if id not in results}, "errors": {}}
        )

    async def _posts(self, query: str) -> Response:
        ids = self._ids(query)
        there = {id: {"id": id, "lifecycleState": "PUBLISHED"} for id in ids if id in self.figures}
        statuses = {id: 200 if id in there else 404 for id in ids}
        return JSONResponse({"results": there, "statuses": statuses, "errors": {}})

    def _ids(self, query: str) -> list[str]:
        return [unquote(id) for id in query.partition("ids=List(")[2].partition(")")[0].split(",")]


class WordPress(Counting):
    def refusal(self, status: int, message: str) -> Response:
        return JSONResponse({"code": "trouble", "message": message, "data": {"status": status}}, status)

    def routes(self, app: FastAPI) -> None:
        @app.get("/wp-json/wp/v2/posts")
        async def posts(include: str) -> Response:
            ids = include.split(",")
            await self.note(ids)
            return JSONResponse([{"id": int(id), "status": "publish"} for id in ids if id in self.figures])

        @app.get("/wp-json/wp/v2/comments")
        async def comments(post: str) -> Response:
            total = str(self.figures[post].get("comments", 0))
            return JSONResponse([], headers={"X-WP-Total": total, "X-WP-TotalPages": total})


class Ghost(Counting):
    def refusal(self, status: int, message: str) -> Response:
        return JSONResponse({"errors": [{"message": message, "type": "Trouble"}]}, status)

    def routes(self, app: FastAPI) -> None:
        @app.get("/ghost/api/admin/posts/")
        async def posts(request: Request) -> Response:
            ids = request.query_params["filter"].removeprefix("id:[").removesuffix("]").split(",")
            assert request.headers["authorization"].startswith("Ghost ey")
            await self.note(ids)
            made = [self._post(id) for id in ids if id in self.figures]
            return JSONResponse({"posts": made, "meta": {"pagination": {"page": 1, "total": len(made)}}})

    def _post(self, id: str) -> dict[str, Any]:
        seen = self.figures[id]
        email = {"opened_count": 9, "email_count": 20} if "clicks" in seen else None
        count = {"clicks": seen["clicks"]} if "clicks" in seen else {}
        return {"id": id, "status": "published", "html": "…", "count": count, "email": email}


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def numbered(number: int) -> UUID:
    """An id that is the same in every run."""
    return UUID(int=0x7000_8000_0000_0000_0000 + number)
