"""Column types that every table shares."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Numeric, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import mapped_column

from cofounder.kit.ids import new_id

Id = Annotated[UUID, mapped_column(PgUUID(as_uuid=True), primary_key=True, default=new_id)]
Ref = Annotated[UUID, mapped_column(PgUUID(as_uuid=True), index=True)]
Key = Annotated[UUID, mapped_column(PgUUID(as_uuid=True))]
OptionalRef = Annotated[UUID | None, mapped_column(PgUUID(as_uuid=True), index=True)]
Words = Annotated[str, mapped_column(Text)]
OptionalWords = Annotated[str | None, mapped_column(Text)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
OptionalMoment = Annotated[datetime | None, mapped_column(DateTime(timezone=True))]
Score = Annotated[Decimal, mapped_column(Numeric(5, 4))]
OptionalScore = Annotated[Decimal | None, mapped_column(Numeric(5, 4))]
Usd = Annotated[Decimal, mapped_column(Numeric(14, 6), server_default="0")]
OptionalUsd = Annotated[Decimal | None, mapped_column(Numeric(14, 6))]
Count = Annotated[int | None, mapped_column(BigInteger)]
Money = Annotated[Decimal | None, mapped_column(Numeric(16, 2))]
Price = Annotated[Decimal | None, mapped_column(Numeric(16, 4))]  # where tenths of a cent count
Document = Annotated[dict[str, Any], mapped_column(JSONB, default=dict)]
OptionalDocument = Annotated[
    dict[str, Any] | None, mapped_column(JSONB(none_as_null=True))
]  # None is NULL, not JSON null
Listing = Annotated[list[Any], mapped_column(JSONB, default=list)]
Tags = Annotated[list[str], mapped_column(ARRAY(Text), default=list)]
