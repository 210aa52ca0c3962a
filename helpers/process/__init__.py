"""Python processes beside this one: started away from the caller's folder, limited, asked without any pickle."""
