"""What a document may hold: the typed forms of a case and of a programme, and how they become ours."""
